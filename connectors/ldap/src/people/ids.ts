/** The id of a person as text, the same for ever: what `sub` is made of. */
import { isUtf8 } from 'node:buffer';
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';
import { sidText } from '../sid.ts';

export interface PersonId {
  /** The attribute it was read from, or `DN`. */
  readonly attribute: string;
  readonly text: string;
  /** As the directory holds it: what finds the person again. */
  readonly raw: Buffer;
}

/** Ids that no directory gives to a second entry. Where there are several, the first of these. */
export const knownIdAttributes = ['objectGUID', 'entryUUID', 'nsUniqueId', 'ipaUniqueID'] as const;

const givenByDirectory = new Set([...knownIdAttributes, 'objectSid', 'DN'].map((name) => name.toLowerCase()));

/** Whether two entries can have the same: people and programs write these. */
export function mayBeShared({ attribute }: PersonId): boolean {
  return !givenByDirectory.has(attribute.toLowerCase());
}

const guidAttributes = new Set(['objectguid', 'ms-ds-consistencyguid']);
const maxBytes = 512;

export function readId(entry: Entry, attributes: readonly string[]): PersonId {
  for (const attribute of attributes) {
    const [raw, ...others] = entry.bytes(attribute);
    if (raw === undefined) continue;
    if (others.length > 0)
      throw misconfigured(`"${attribute}" of ${entry.dn} has several values; an id has one`);
    return { attribute, raw, text: idText(attribute, raw, entry.dn) };
  }
  throw misconfigured(
    `${entry.dn} has no ${attributes.map((name) => `"${name}"`).join(' or ')}; set \`attributes.id\`, or let the service account read it`,
  );
}

/** For those who come from Dex. The DN changes when a person is moved or renamed, and may be given to the next one. */
export function idFromDn(entry: Entry): PersonId {
  return { attribute: 'DN', text: entry.dn, raw: Buffer.from(entry.dn) };
}

function idText(attribute: string, raw: Buffer, dn: string): string {
  const name = attribute.toLowerCase();
  if (guidAttributes.has(name)) return guidText(raw, attribute, dn);
  if (name === 'objectsid') return sidText(raw, dn);
  const text = raw.toString('utf8');
  if (!isUtf8(raw) || /\p{Cc}/u.test(text) || text.trim() === '' || raw.length > maxBytes) {
    throw misconfigured(`"${attribute}" of ${dn} is not text of 1 to ${maxBytes} bytes, and cannot be an id`);
  }
  // What FreeIPA's server replaces by an id when an entry is added. Where it was not there to do so, everybody has it.
  if (name === 'ipauniqueid' && text.toLowerCase() === 'autogenerate') {
    throw misconfigured(`"${attribute}" of ${dn} was never generated, and may be that of others too`);
  }
  return isUuid(text) || (name === 'nsuniqueid' && isNsUniqueId(text)) ? text.toLowerCase() : text;
}

/** Its first three fields are stored with the low byte first (MS-DTYP, section 2.3.4.2). */
function guidText(raw: Buffer, attribute: string, dn: string): string {
  if (raw.length !== 16) throw misconfigured(`"${attribute}" of ${dn} has ${raw.length} bytes instead of 16`);
  const bytes = Buffer.from(raw);
  bytes.subarray(0, 4).swap32();
  bytes.subarray(4, 8).swap16();
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** 389 Directory Server has a form of its own. */
function isNsUniqueId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/i.test(text);
}
