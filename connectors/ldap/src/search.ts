/** Searches that give all they found, or fail: never a part. */
import type { ConnectorError, Trace } from '@gatehouse/connector-kit';
import type { Entry } from './entry.ts';
import { describe, misconfigured, unavailable } from './errors.ts';
import { limits } from './limits.ts';
import { wholeEntries } from './ranges.ts';
import { referencesElsewhere } from './referrals.ts';
import type { Searches } from './session.ts';
import { type SearchAnswer, type SearchQuery, tooManyEntries } from './wire/connection.ts';
import type { Result } from './wire/response.ts';
import { resultCode } from './wire/result-code.ts';

type Found = Pick<SearchAnswer, 'result' | 'entries' | 'references'>;

const FEW = 10;

export interface CompleteQuery extends SearchQuery {
  /** No matter which parts of the tree are on other servers. */
  readonly ignoreReferrals: boolean;
}

/** Throws `ConnectorError` for every result but success, and where a part of the tree is on another server. */
export async function searchAll(
  searches: Searches,
  query: CompleteQuery,
  trace: Trace,
): Promise<readonly Entry[]> {
  const { result, entries, references } = await searchOrResult(searches, query, trace);
  if (result.code !== resultCode.success) throw searchFailure(result, query.base);
  const elsewhere = referencesElsewhere(references, query.base);
  if (elsewhere.length > 0 && !query.ignoreReferrals) {
    throw misconfigured(
      `parts of "${query.base}" are on other servers, and referrals are not followed: narrow the base, or set \`ignoreReferrals\`: ${elsewhere.slice(0, FEW).join(' ')}`,
    );
  }
  return entries;
}

/** The entries of all bases, each once: one base may be inside another. */
export async function inEachBase(
  bases: readonly string[],
  searchOne: (base: string) => Promise<readonly Entry[]>,
): Promise<readonly Entry[]> {
  const found = new Map<string, Entry>();
  for (const base of bases) {
    for (const entry of await searchOne(base)) found.set(entry.dn.toLowerCase(), entry);
  }
  return [...found.values()];
}

/** Enough to see whether there is one, or more than one: a name that stands for everybody is not read to the end. */
export async function searchFew(
  searches: Searches,
  query: SearchQuery,
  trace: Trace,
): Promise<readonly Entry[]> {
  const answer = await searches.search({ ...query, sizeLimit: FEW });
  traceSearch(query, answer, trace);
  const { result, entries } = answer;
  const several = result.code === resultCode.sizeLimitExceeded && entries.length > 1;
  if (several) return entries;
  if (result.code !== resultCode.success) throw searchFailure(result, query.base);
  return wholeEntries(searches, entries, query.attributes, trace);
}

/** For callers to whom a result such as `noSuchObject` says something; `entries` counts only with `success`. */
export async function searchOrResult(searches: Searches, query: SearchQuery, trace: Trace): Promise<Found> {
  // Pages cost round trips, and some directories allow one paged search a connection: only where they are needed.
  const whole = await searches.search(query);
  // What it was willing to send at once is a page that it accepts; some refuse larger ones.
  const size = Math.min(Math.max(whole.entries.length, 1), limits.pageSize);
  const tooMany = whole.result.code === resultCode.sizeLimitExceeded;
  const answer = tooMany ? await searches.inPages((own) => searchPages(own, query, size)) : whole;
  traceSearch(query, answer, trace);
  if (answer.result.code !== resultCode.success) return answer;
  return { ...answer, entries: await wholeEntries(searches, answer.entries, query.attributes, trace) };
}

/** RFC 2696. An empty page with a cookie is not the end. */
async function searchPages(
  searches: Pick<Searches, 'search'>,
  query: SearchQuery,
  size: number,
): Promise<Found> {
  const entries: Entry[] = [];
  const references: string[] = [];
  let cookie: Buffer | undefined;
  for (let page = 0; page < limits.pages; page += 1) {
    const answer = await searches.search(query, { size, cookie });
    entries.push(...answer.entries);
    references.push(...answer.references);
    if (entries.length > limits.entries) throw tooManyEntries();
    if (answer.result.code !== resultCode.success || !answer.cookie?.length) {
      return { result: answer.result, entries, references };
    }
    cookie = answer.cookie;
  }
  throw unavailable(`the directory did not come to an end within ${limits.pages} pages`);
}

function traceSearch(query: SearchQuery, answer: Found, trace: Trace): void {
  trace.step('ldap search', {
    base: query.base,
    filter: query.shown ?? query.filter.toString(),
    result: describe(answer.result),
    entries: answer.entries.map((entry) => entry.dn).slice(0, 50),
    found: answer.entries.length,
    referencesNotFollowed: answer.references.slice(0, 50),
  });
}

export function searchFailure(result: Result, base: string): ConnectorError {
  const said = describe(result);
  switch (result.code) {
    case resultCode.noSuchObject:
      return misconfigured(`there is no "${base}", or the service account may not see it: ${said}`);
    case resultCode.invalidDnSyntax:
      return misconfigured(`"${base}" is not a name that the directory understands: ${said}`);
    case resultCode.insufficientAccessRights:
      return misconfigured(`the service account may not search "${base}": ${said}`);
    case resultCode.referral:
      return misconfigured(`"${base}" is on another server, and referrals are not followed: ${said}`);
    case resultCode.strongerAuthRequired:
    case resultCode.confidentialityRequired:
      return misconfigured(`the directory wants TLS or a stronger bind: ${said}`);
    case resultCode.timeLimitExceeded:
    case resultCode.adminLimitExceeded:
      return unavailable(
        `the directory gave up the search in "${base}": ${said}. An index on the attributes of the filter, a narrower base or a higher limit for the service account helps`,
      );
    case resultCode.sizeLimitExceeded:
      return unavailable(
        `the directory does not send all that it found in "${base}", not in pages either: ${said}. The service account needs a higher limit, or the search a narrower base`,
      );
    default:
      return unavailable(`the search in "${base}" was not completed: ${said}`);
  }
}
