/** The groups of a person, all of them, in the way that is configured. */
import type { Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { groupsByMember } from './by-member.ts';
import { groupsByMemberOf } from './by-member-of.ts';

export async function readGroups(
  connection: LdapConnection,
  person: Entry,
  config: LdapConfig,
  trace: Trace,
): Promise<readonly string[]> {
  if (config.groupSearch !== undefined) return groupsByMember(connection, person, config.groupSearch, trace);
  if (config.memberOf !== undefined) return groupsByMemberOf(connection, person, config.memberOf, trace);
  return [];
}
