/** What a directory may answer, read strictly by the grammar of RFC 4511. */
import { isUtf8 } from 'node:buffer';
import { elements, MalformedMessage, readInteger, TlvReader } from './tlv.ts';

export interface Result {
  readonly code: number;
  /** The directory's own words: for the log, never for a page. */
  readonly message: string;
}

export interface RawEntry {
  readonly dn: string;
  /** By lower-case name, options included: `member;range=0-1499`. */
  readonly attributes: ReadonlyMap<string, readonly Buffer[]>;
}

export type Response = { readonly id: number } & (
  | { readonly kind: 'entry'; readonly entry: RawEntry }
  | { readonly kind: 'reference' }
  | {
      readonly kind: 'bind' | 'search' | 'extended';
      readonly result: Result;
      /** RFC 2696: not empty while there are more pages. */
      readonly cookie: Buffer | undefined;
    }
);

const INTEGER = 0x02;
const OCTETS = 0x04;
const ENUMERATED = 0x0a;
const SEQUENCE = 0x30;
const SET = 0x31;
const CONTROLS = 0xa0;
const BOOLEAN = 0x01;
const PAGED_RESULTS = '1.2.840.113556.1.4.319';
const RESULTS = new Map([
  [0x61, 'bind'],
  [0x65, 'search'],
  [0x78, 'extended'],
] as const);

/** `frame` is the content of one LDAPMessage. */
export function readResponse(frame: Buffer): Response {
  const message = new TlvReader(frame);
  const id = readInteger(message.take(INTEGER));
  const operation = message.any();
  const cookie = pageCookie(message.optional(CONTROLS));
  if (operation.tag === 0x64) return { id, kind: 'entry', entry: readEntry(operation.content) };
  if (operation.tag === 0x73) return { id, kind: 'reference' };
  const kind = RESULTS.get(operation.tag as 0x61 | 0x65 | 0x78);
  if (kind === undefined) throw new MalformedMessage('an answer to an operation that was not asked for');
  return { id, kind, result: readResult(operation.content), cookie };
}

function readResult(content: Buffer): Result {
  const reader = new TlvReader(content);
  const code = readInteger(reader.take(ENUMERATED));
  reader.take(OCTETS);
  return { code, message: reader.take(OCTETS).toString('utf8') };
}

function readEntry(content: Buffer): RawEntry {
  const reader = new TlvReader(content);
  const dn = readDn(reader.take(OCTETS));
  const attributes = new Map<string, readonly Buffer[]>();
  for (const { tag, content: pair } of elements(reader.take(SEQUENCE))) {
    if (tag !== SEQUENCE) throw new MalformedMessage('an attribute is not a sequence');
    const attribute = new TlvReader(pair);
    const name = attribute.take(OCTETS).toString('utf8').toLowerCase();
    attributes.set(name, [...readValues(attribute.take(SET))]);
  }
  return { dn, attributes };
}

/** A DN that is not UTF-8 is refused: with replacement characters in it, it would name somebody else. */
function readDn(content: Buffer): string {
  if (!isUtf8(content)) throw new MalformedMessage('a DN is not UTF-8');
  return content.toString('utf8');
}

function* readValues(set: Buffer): Generator<Buffer> {
  for (const { tag, content } of elements(set)) {
    if (tag !== OCTETS) throw new MalformedMessage('an attribute value is not an octet string');
    yield content;
  }
}

function pageCookie(controls: Buffer | undefined): Buffer | undefined {
  if (controls === undefined) return undefined;
  for (const { content } of elements(controls)) {
    const control = new TlvReader(content);
    const type = control.take(OCTETS).toString('latin1');
    control.optional(BOOLEAN);
    const value = control.optional(OCTETS);
    if (type === PAGED_RESULTS && value !== undefined) return readCookie(value);
  }
  return undefined;
}

function readCookie(value: Buffer): Buffer {
  const page = new TlvReader(new TlvReader(value).take(SEQUENCE));
  page.take(INTEGER);
  return page.take(OCTETS);
}
