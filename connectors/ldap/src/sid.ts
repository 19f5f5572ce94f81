/** Security identifiers, by which Active Directory knows its people and groups. */
import { misconfigured } from './errors.ts';

/** `S-1-5-21-…` (MS-DTYP, section 2.4.2): revision, number of parts, authority, and the parts, low byte first. */
export function sidText(raw: Buffer, dn: string): string {
  const parts = raw[1] ?? 0;
  if (raw[0] !== 1 || parts < 1 || parts > 15 || raw.length !== 8 + 4 * parts) {
    throw misconfigured(`"objectSid" of ${dn} is not a security identifier`);
  }
  const numbers = Array.from({ length: parts }, (_, n) => raw.readUInt32LE(8 + 4 * n));
  return ['S', 1, raw.readUIntBE(2, 6), ...numbers].join('-');
}

/** What all identifiers that one domain has given begin with; undefined for those that every domain has. */
export function domainOfSid(text: string): string | undefined {
  return /^(S-1-5-21-\d+-\d+-\d+)-\d+$/.exec(text)?.[1];
}
