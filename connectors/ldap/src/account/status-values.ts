/**
 * The values that tell how an account is: numbers, truth values, points in time. An attribute that is not there says
 * nothing; one that cannot be read is never "all is well".
 */
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';

/** Of up to 64 bits, which is more than a JavaScript number holds. */
export function numberIn(entry: Entry, attribute: string): bigint | undefined {
  return read(entry, attribute, 'a number', (text) => (/^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined));
}

export function truthIn(entry: Entry, attribute: string): boolean | undefined {
  return read(entry, attribute, 'TRUE or FALSE', (text) => truths[text.toLowerCase()]);
}

/** GeneralizedTime (RFC 4517, section 3.3.13). */
export function timeIn(entry: Entry, attribute: string): Date | undefined {
  return read(entry, attribute, 'a time', parseGeneralizedTime);
}

const truths: Readonly<Record<string, boolean>> = { true: true, false: false };

function read<T>(
  entry: Entry,
  attribute: string,
  kind: string,
  parse: (text: string) => T | undefined,
): T | undefined {
  const [value, ...others] = entry.bytes(attribute);
  if (value === undefined) return undefined;
  const parsed = others.length === 0 && value.length <= 40 ? parse(value.toString('latin1')) : undefined;
  if (parsed === undefined) {
    throw misconfigured(`"${attribute}" of ${entry.dn} is not ${kind}, so nobody knows how the account is`);
  }
  return parsed;
}

/** Years below 100 are what they say. Out of range, such as a 30th of February, is no time. */
export function parseGeneralizedTime(text: string): Date | undefined {
  const form = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,]\d{1,9})?(?:Z|([+-])(\d\d)(\d\d)?)$/;
  const match = form.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(numberOf);
  const time = new Date(Date.UTC(2000, month - 1, day, hour, minute, second));
  time.setUTCFullYear(year, month - 1, day);
  const isReal =
    time.getUTCMonth() === month - 1 && time.getUTCDate() === day && hour < 24 && minute < 60 && second <= 60;
  return isReal ? new Date(time.getTime() - offset(match)) : undefined;
}

function offset([, , , , , , , sign, hours, minutes]: RegExpExecArray): number {
  const size = (numberOf(hours) * 60 + numberOf(minutes)) * 60_000;
  return sign === '-' ? -size : size;
}

function numberOf(digits: string | undefined): number {
  return Number(digits ?? 0);
}
