/** The groups of a person, all of them, in the way that is configured. */
import type { Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import type { Searches } from '../session.ts';
import { groupsByMember } from './by-member.ts';
import { groupsByMemberOf } from './by-member-of.ts';
import type { Group } from './group.ts';

export async function readGroups(
  searches: Searches,
  person: Entry,
  config: LdapConfig,
  trace: Trace,
): Promise<readonly Group[]> {
  if (config.groupSearch !== undefined) return groupsByMember(searches, person, config.groupSearch, trace);
  if (config.memberOf !== undefined) return groupsByMemberOf(searches, person, config.memberOf, trace);
  return [];
}
