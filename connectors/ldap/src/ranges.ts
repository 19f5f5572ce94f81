/**
 * Attributes of more values than a directory sends at once. Active Directory sends `memberOf;range=0-1499`, and the rest
 * to whoever asks for it (MS-ADTS 3.1.1.3.1.3.3). Here they become whole, or the search fails: each part has to begin
 * where the one before ended and to have as many values as it says, and the last one has to say that it is.
 */
import type { Trace } from '@gatehouse/connector-kit';
import { sameDn } from './dn.ts';
import type { Entry } from './entry.ts';
import { describe, unavailable } from './errors.ts';
import { present } from './filters.ts';
import { limits } from './limits.ts';
import type { Searches } from './session.ts';
import { resultCode } from './wire/result-code.ts';

interface Part {
  readonly values: readonly Buffer[];
  readonly last: boolean;
}

/** The entries with all values of these attributes. Throws `unavailable` where they cannot all be had. */
export async function wholeEntries(
  searches: Searches,
  entries: readonly Entry[],
  attributes: readonly string[],
  trace: Trace,
): Promise<readonly Entry[]> {
  const whole: Entry[] = [];
  for (const entry of entries) {
    let completed = entry;
    for (const attribute of attributes) {
      if (entry.parts(attribute).size === 0) continue;
      const values = await allValues(searches, entry, attribute);
      trace.step('ldap range', { dn: entry.dn, attribute, values: values.length });
      completed = completed.withValues(attribute, values);
    }
    whole.push(completed);
  }
  return whole;
}

/** Values that change while they are read may be missed: the next refresh sees them. */
async function allValues(searches: Searches, entry: Entry, attribute: string): Promise<readonly Buffer[]> {
  const values: Buffer[] = [];
  let part = readPart(entry, attribute, 0);
  for (let parts = 1; ; parts += 1) {
    values.push(...part.values);
    if (part.last) return values;
    if (parts === limits.rangeParts || values.length > limits.attributeValues) {
      throw unavailable(`"${attribute}" of ${entry.dn} has more values than are read`);
    }
    part = await nextPart(searches, entry.dn, attribute, values.length);
  }
}

async function nextPart(searches: Searches, dn: string, attribute: string, from: number): Promise<Part> {
  const { result, entries } = await searches.search({
    ...{ base: dn, scope: 'base', filter: present('objectClass') },
    attributes: [`${attribute};range=${from}-*`],
  });
  const [entry, another] = entries;
  const answered = result.code === resultCode.success && entry !== undefined && another === undefined;
  if (!answered || !sameDn(entry.dn, dn)) {
    throw unavailable(`the rest of "${attribute}" of ${dn} cannot be read: ${describe(result)}`);
  }
  return readPart(entry, attribute, from);
}

function readPart(entry: Entry, attribute: string, from: number): Part {
  const [part, ...others] = entry.parts(attribute);
  const [options, values] = part ?? ['nothing', []];
  const [, first, last] = /^range=(\d{1,7})-(\d{1,7}|\*)$/.exec(options) ?? [];
  const fits = others.length === 0 && Number(first) === from;
  if (fits && last === '*') return { values, last: true };
  if (fits && values.length > 0 && Number(last) === from + values.length - 1) return { values, last: false };
  throw unavailable(
    `the directory sent "${options}" of "${attribute}" of ${entry.dn}, with ${values.length} values, where those from ${from} on were due`,
  );
}
