/**
 * Active Directory's primary group: "Domain Users" for nearly everybody. It does not have the person as its member; the
 * person has its number, which is the end of its identifier (MS-ADTS 3.1.1.6, `primaryGroupID`).
 */
import type { Trace } from '@gatehouse/connector-kit';
import type { Entry } from '../entry.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { configuredFilter } from '../filters.ts';
import { searchFailure, searchOrResult } from '../search.ts';
import type { Searches } from '../session.ts';
import { sidText } from '../sid.ts';
import { resultCode } from '../wire/result-code.ts';
import type { Found } from './found-groups.ts';

/** What has to be read of a person. */
export const primaryGroupAttributes = ['primaryGroupID', 'objectSid'] as const;

/** Empty where `filter` leaves it out. A group that cannot be read is an error: it may be the one that matters. */
export async function primaryGroup(
  searches: Searches,
  person: Entry,
  { filter, attributes }: { readonly filter: string | undefined; readonly attributes: readonly string[] },
  trace: Trace,
): Promise<readonly Found[]> {
  const [number, sid] = [person.text('primaryGroupID'), person.bytes('objectSid')[0]];
  if (number === undefined || sid === undefined || !/^\d{1,10}$/.test(number)) {
    throw misconfigured(
      `${person.dn} has no "primaryGroupID" and "objectSid": \`primaryGroup\` is for Active Directory, and the service account has to read them`,
    );
  }
  // An entry's other name, wherever it is (MS-ADTS 3.1.1.3.1.2.4).
  const base = `<SID=${sidText(sid, person.dn).replace(/-\d+$/, `-${number}`)}>`;
  const query = { base, scope: 'base', filter: configuredFilter(filter), attributes } as const;
  const { result, entries } = await searchOrResult(searches, query, trace);
  if (result.code === resultCode.noSuchObject) {
    throw unavailable(`the primary group of ${person.dn}, ${base}, does not exist or may not be seen`);
  }
  if (result.code !== resultCode.success) throw searchFailure(result, base);
  return entries.map((entry) => ({ entry, how: `primary group (primaryGroupID ${number})` }));
}
