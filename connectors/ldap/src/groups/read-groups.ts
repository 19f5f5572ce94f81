/** The groups of a person, all of them, in the way that is configured. */
import type { Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { isDnItself } from '../dn.ts';
import type { Entry } from '../entry.ts';
import type { Searches } from '../session.ts';
import { groupsByMember } from './by-member.ts';
import { groupsByMemberOf } from './by-member-of.ts';
import { groupsByToken } from './by-token.ts';
import type { Group } from './group.ts';
import { primaryGroupAttributes } from './primary-group.ts';

export async function readGroups(
  session: Searches,
  person: Entry,
  { groupSearch, memberOf, tokenGroups }: LdapConfig,
  trace: Trace,
): Promise<readonly Group[]> {
  const searches = together(session);
  if (groupSearch !== undefined) return groupsByMember(searches, person, groupSearch, trace);
  if (memberOf !== undefined) return groupsByMemberOf(searches, person, memberOf, trace);
  if (tokenGroups !== undefined) return groupsByToken(searches, person, tokenGroups, trace);
  return [];
}

/** Groups have many people: what one sign-in asks about them, another one asks too. */
function together(searches: Searches): Searches {
  return {
    search: (query, page) =>
      page === undefined ? searches.searchTogether(query) : searches.search(query, page),
    searchTogether: (query) => searches.searchTogether(query),
    inPages: (work) => searches.inPages(work),
  };
}

/** What has to be read of a person before that. */
export function attributesForGroups({ groupSearch, memberOf }: LdapConfig): readonly string[] {
  const matched = groupSearch?.userMatchers.map(({ userAttribute }) => userAttribute) ?? [];
  const primary = groupSearch?.primaryGroup === true || memberOf?.primaryGroup === true;
  return [
    ...matched.filter((name) => !isDnItself(name)),
    ...(memberOf === undefined ? [] : [memberOf.attribute]),
    ...(primary ? primaryGroupAttributes : []),
  ];
}
