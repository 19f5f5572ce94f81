/**
 * Distinguished names, compared by what they mean: RFC 4514 lets one name be written in many ways (`\,` and `\2C`, `é`
 * and `\C3\A9`, `#0403414243`, quotes), and a directory answers in its own. ldapts writes names and reads none; the
 * values of `#…` are read by its BER reader.
 */
import { isUtf8 } from 'node:buffer';
import { BerReader } from 'ldapts';

/**
 * One `type=value` and what follows it. A backslash takes the next character with it, and no character can be taken in
 * two ways: what a hostile directory sends costs one pass.
 */
const pairPattern =
  /\s*([A-Za-z][A-Za-z0-9-]*|(?:OID\.)?\d+(?:\.\d+)*) *=( *#(?:[0-9A-Fa-f]{2})+ *| *"(?:[^"\\]|\\.)*" *|(?:[^",;+\\]|\\.)*)([,;+]|$)/isy;
const longest = 32_768;

/** OCTET STRING, UTF8String, PrintableString, TeletexString, IA5String. */
const stringTags = new Set([0x04, 0x0c, 0x13, 0x14, 0x16]);

/** RFC 4514, section 3: the names that every reader knows. */
const nameOfOid: Readonly<Record<string, string>> = {
  '2.5.4.3': 'cn',
  '2.5.4.6': 'c',
  '2.5.4.7': 'l',
  '2.5.4.8': 'st',
  '2.5.4.9': 'street',
  '2.5.4.10': 'o',
  '2.5.4.11': 'ou',
  '0.9.2342.19200300.100.1.1': 'uid',
  '0.9.2342.19200300.100.1.25': 'dc',
};

export function isDn(text: string): boolean {
  return text !== '' && parse(text) !== null;
}

/** In the configuration `DN`, in any case, stands for the name of the entry instead of an attribute. */
export function isDnItself(attribute: string): boolean {
  return attribute.toLowerCase() === 'dn';
}

/** What cannot be read is the same only letter by letter. */
export function sameDn(one: string, other: string): boolean {
  if (one === other) return true;
  const [left, right] = [parse(one), parse(other)];
  return left !== null && right !== null && left.length === right.length && endsWith(left, right);
}

/** Whether `dn` is below `base`, or is it. */
export function isWithin(dn: string, base: string): boolean {
  if (dn === base) return true;
  const [below, above] = [parse(dn), parse(base)];
  return below !== null && above !== null && endsWith(below, above);
}

/** `dc=corp,dc=example` of `OU=Staff,DC=corp,DC=example` (RFC 2247); undefined where it ends otherwise. */
export function domainSuffix(dn: string): string | undefined {
  const labels = domainLabels(dn);
  return labels.length === 0 ? undefined : labels.join(',');
}

/** `corp.example` of `OU=Staff,DC=corp,DC=example`. */
export function dnsDomainOf(dn: string): string | undefined {
  const labels = domainLabels(dn);
  return labels.length === 0 ? undefined : labels.map((label) => label.slice('dc='.length)).join('.');
}

function domainLabels(dn: string): readonly string[] {
  const names = parse(dn) ?? [];
  return names.slice(names.findLastIndex((name) => !name.startsWith('dc=')) + 1);
}

function endsWith(names: readonly string[], end: readonly string[]): boolean {
  const start = names.length - end.length;
  return start >= 0 && end.every((name, index) => name === names[start + index]);
}

/** The relative names, each in one spelling; null where it is no distinguished name. */
function parse(dn: string): readonly string[] | null {
  if (dn === '') return [];
  if (dn.length > longest) return null;
  const names: string[] = [];
  let pairs: string[] = [];
  const pattern = new RegExp(pairPattern);
  for (;;) {
    const [, type, value, after] = pattern.exec(dn) ?? [];
    if (type === undefined || value === undefined) return null;
    const text = plainValue(value);
    if (text === null) return null;
    pairs.push(`${typeOf(type)}=${text}`);
    if (after === '+') continue;
    names.push(pairs.sort().join('+'));
    pairs = [];
    if (after === '') return names;
  }
}

function typeOf(type: string): string {
  const name = type.toLowerCase().replace(/^oid\./, '');
  return nameOfOid[name] ?? name;
}

function plainValue(written: string): string | null {
  const bare = written.trim();
  if (/^#(?:[0-9A-Fa-f]{2})+$/.test(bare)) return berText(Buffer.from(bare.slice(1), 'hex'));
  const text = bare.startsWith('"') ? bare.slice(1, -1) : written;
  const parts = text.matchAll(/\\([0-9A-Fa-f]{2})|\\(.)|([^\\]+)/gsu);
  return textOf(
    Buffer.concat(
      [...parts].map(([, hex, escaped, plain]) =>
        hex === undefined ? Buffer.from(escaped ?? plain ?? '') : Buffer.from(hex, 'hex'),
      ),
    ),
  );
}

/** A value of another kind than text stays as it is written. */
function berText(encoded: Buffer): string | null {
  const tag = encoded[0] ?? 0;
  if (!stringTags.has(tag)) return `#${encoded.toString('hex')}`;
  try {
    const reader = new BerReader(encoded);
    const value = reader.readString(tag, true);
    return value === null || reader.remain > 0 ? null : textOf(value);
  } catch {
    return null;
  }
}

function textOf(bytes: Buffer): string {
  return isUtf8(bytes) ? prepared(bytes.toString('utf8')) : `#${bytes.toString('hex')}`;
}

/** As names are matched (RFC 4518): case and the number of spaces do not count. What parts names is escaped again. */
function prepared(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .trim()
    .replaceAll(/ +/g, ' ')
    .replaceAll(/[\\+=#,;"<>]/g, '\\$&');
}
