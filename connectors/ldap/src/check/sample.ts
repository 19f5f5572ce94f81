/** Some entries of each base, enough to judge a configuration by, and how many there are in all. */
import type { LdapConfig } from '../config.ts';
import { isWithin } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { anyOf, both, present } from '../filters.ts';
import { limits } from '../limits.ts';
import { searchFailure } from '../search.ts';
import type { Searches } from '../session.ts';
import type { SearchQuery } from '../wire/connection.ts';
import { resultCode } from '../wire/result-code.ts';

const SIZE = 100;

export interface Sample {
  readonly entries: readonly Entry[];
  /** There are more than these. */
  readonly more: boolean;
  /** Parts of the tree that are on other servers, as URLs. */
  readonly references: readonly string[];
}

/** The size limit is expected here; every other failure throws. */
export async function sample(searches: Searches, query: SearchQuery): Promise<Sample> {
  const { result, entries, references } = await searches.search({ ...query, sizeLimit: SIZE });
  const more = result.code === resultCode.sizeLimitExceeded;
  if (!more && result.code !== resultCode.success) throw searchFailure(result, query.base);
  return { entries, more, references };
}

export interface SampleOfBase extends Sample {
  readonly base: string;
}

export type EachBase = readonly SampleOfBase[];

export function allIn(samples: EachBase): readonly Entry[] {
  return samples.flatMap(({ entries }) => entries);
}

/** In whatever form: as text, as bytes, or as the first of more values than the directory sends at once. */
export function isThere(entry: Entry, attribute: string): boolean {
  try {
    return entry.bytes(attribute).length > 0;
  } catch {
    return true;
  }
}

/** Those whom a typed name can find. */
export function samplePeople(
  searches: Searches,
  config: LdapConfig,
  attributes: readonly string[],
): Promise<EachBase> {
  const { baseDn, scope } = config.userSearch;
  return sampleEach(searches, baseDn, { scope, filter: peopleFilter(config), attributes });
}

export function peopleFilter({ userSearch }: LdapConfig): SearchQuery['filter'] {
  return both(userSearch.filter, anyOf(userSearch.username.map(present)));
}

export async function sampleEach(
  searches: Searches,
  bases: readonly string[],
  query: Omit<SearchQuery, 'base'>,
): Promise<EachBase> {
  const samples: SampleOfBase[] = [];
  for (const base of bases) samples.push({ base, ...(await sample(searches, { ...query, base })) });
  return samples;
}

export interface Total {
  readonly count: number;
  /** There are more, or the directory does not let itself be counted. */
  readonly more: boolean;
  /** The directory sends so many at once, and the rest in pages, if at all. */
  readonly atOnce?: number;
}

/** `60 entries below ou=a, more than 10000 below ou=b`. A sample that was whole is not read again. */
export async function countEach(
  searches: Searches,
  samples: EachBase,
  query: Omit<SearchQuery, 'base' | 'attributes'>,
): Promise<readonly (Total & { readonly base: string })[]> {
  const totals = [];
  for (const { base, entries, more } of samples) {
    const total = more
      ? await countAll(searches, { ...query, base, attributes: ['1.1'] }, entries.length)
      : { count: entries.length, more };
    totals.push({ base, ...total });
  }
  return totals;
}

/** As a sign-in would read them, and no more: first all at once, then in pages of what the directory sends at once. */
async function countAll(searches: Searches, query: SearchQuery, known: number): Promise<Total> {
  const whole = await searches.search({ ...query, sizeLimit: limits.entries });
  const count = whole.entries.length;
  if (whole.result.code === resultCode.success) return { count, more: false };
  const cut = whole.result.code === resultCode.sizeLimitExceeded && count < limits.entries;
  if (!cut) return { count: Math.max(count, known), more: true };
  const paged = await searches.inPages((own) => countPages(own, query, Math.min(count, limits.pageSize)));
  return { ...paged, count: Math.max(paged.count, count), atOnce: count };
}

async function countPages(
  searches: Pick<Searches, 'search'>,
  query: SearchQuery,
  size: number,
): Promise<Total> {
  let count = 0;
  let cookie: Buffer | undefined;
  for (let page = 0; count < limits.entries && page < limits.pages; page += 1) {
    const answer = await searches.search(query, { size, cookie });
    count += answer.entries.length;
    if (answer.result.code !== resultCode.success) return { count, more: true };
    if (!answer.cookie?.length) return { count, more: false };
    cookie = answer.cookie;
  }
  return { count, more: true };
}

export function told(totals: readonly (Total & { readonly base: string })[], what: string): string {
  return totals
    .map(({ base, count, more, atOnce }) => {
      const pages = atOnce === undefined ? '' : ` (${atOnce} at once)`;
      return `${more ? 'more than ' : ''}${counted(count, what)} below ${base}${pages}`;
    })
    .join(', ');
}

/** A directory that cuts its answers and has no pages would give people a part of their groups: such sign-ins fail. */
export function adviseLimits(totals: readonly Total[]): readonly string[] {
  const cut = totals.find(({ more, atOnce, count }) => more && atOnce !== undefined && count <= atOnce);
  if (cut === undefined) return [];
  return [
    `The directory sends ${cut.atOnce} entries at once and no pages: raise the limit for the service account, or sign-ins with more groups fail.`,
  ];
}

export function counted(count: number, what: string): string {
  return `${count} ${count === 1 ? what.replace(/ies$/, 'y').replace(/s$/, '') : what}`;
}

/** What to do where a base cannot be read. @param contexts what the directory says that it holds, if it does */
export function readingAdvice(
  { bindDn, saslExternal, preset }: LdapConfig,
  option: string,
  bases: readonly string[],
  contexts: readonly string[],
): string {
  const outside = bases.filter((base) => !contexts.some((context) => isWithin(base, context)));
  if (contexts.length > 0 && outside.length > 0) {
    return `This directory holds ${contexts.join(', ')}, and not ${outside.join(', ')}: correct \`${option}\`.`;
  }
  if (preset === 'active-directory' && bases.some((base) => /^ou=(users|computers),/i.test(base))) {
    return `The containers that every domain has are no units: \`CN=Users\`, not \`OU=Users\`. Correct \`${option}\`.`;
  }
  return bindDn === undefined && !saslExternal
    ? `Check \`${option}\`; the search is anonymous, and most directories want \`bindDn\` and \`bindPassword\`.`
    : `Check \`${option}\`, and that the service account may read below it.`;
}
