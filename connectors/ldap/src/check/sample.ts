/** Some entries of a base, enough to judge a configuration by. */
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { anyOf, both, present } from '../filters.ts';
import { searchFailure } from '../search.ts';
import type { Searches } from '../session.ts';
import type { SearchQuery } from '../wire/connection.ts';
import { resultCode } from '../wire/result-code.ts';

const SIZE = 100;

export interface Sample {
  readonly entries: readonly Entry[];
  /** There are more than these. */
  readonly more: boolean;
}

/** The size limit is expected here; every other failure throws. */
export async function sample(searches: Searches, query: SearchQuery): Promise<Sample> {
  const { result, entries } = await searches.search({ ...query, sizeLimit: SIZE });
  const more = result.code === resultCode.sizeLimitExceeded;
  if (!more && result.code !== resultCode.success) throw searchFailure(result, query.base);
  return { entries, more };
}

/** Those whom a typed name can find. */
export function samplePeople(
  searches: Searches,
  config: LdapConfig,
  attributes: readonly string[],
): Promise<Sample> {
  const { baseDn, scope, filter, username } = config.userSearch;
  const named = both(filter, anyOf(username.map(present)));
  return sampleEach(searches, baseDn, { scope, filter: named, attributes });
}

export async function sampleEach(
  searches: Searches,
  bases: readonly string[],
  query: Omit<SearchQuery, 'base'>,
): Promise<Sample> {
  const samples: Sample[] = [];
  for (const base of bases) samples.push(await sample(searches, { ...query, base }));
  return {
    entries: samples.flatMap(({ entries }) => entries),
    more: samples.some(({ more }) => more),
  };
}

export function count({ entries, more }: Sample): string {
  return more ? `the first ${entries.length} entries` : `${entries.length} entries`;
}

/** What to do where a base cannot be read. */
export function readingAdvice({ bindDn }: LdapConfig, option: string): string {
  return bindDn === undefined
    ? `Check \`${option}\`; the search is anonymous, and most directories want \`bindDn\` and \`bindPassword\`.`
    : `Check \`${option}\`, and that the service account may read below it.`;
}
