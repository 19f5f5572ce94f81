/**
 * Reads BER elements (ITU-T X.690) in the subset that LDAP allows (RFC 4511, section 5.1): one-byte tags, definite
 * lengths. Every length is checked against the bytes that are really there, so a lying server gets an error, never
 * a loop or a short read.
 */
export interface Tlv {
  readonly tag: number;
  readonly content: Buffer;
}

export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

export interface Header {
  readonly tag: number;
  /** Where the content begins. */
  readonly start: number;
  readonly length: number;
}

/** Null: more bytes are needed to know. */
export function readHeader(bytes: Buffer, offset: number): Header | null {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) return null;
  if (first < 0x80) return { tag, start: offset + 2, length: first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw new MalformedMessage('a length is indefinite or too long');
  const start = offset + 2 + count;
  if (bytes.length < start) return null;
  return { tag, start, length: bytes.readUIntBE(offset + 2, count) };
}

/** The elements that fill `content` exactly. */
export function* elements(content: Buffer): Generator<Tlv, void, undefined> {
  let offset = 0;
  while (offset < content.length) {
    const header = readHeader(content, offset);
    if (header === null || header.start + header.length > content.length) {
      throw new MalformedMessage('an element is longer than what contains it');
    }
    offset = header.start + header.length;
    yield { tag: header.tag, content: content.subarray(header.start, offset) };
  }
}

/** Takes elements one after the other, each with the tag that the grammar wants there. */
export class TlvReader {
  readonly #elements: Generator<Tlv, void, undefined>;
  #ahead: Tlv | undefined;

  constructor(content: Buffer) {
    this.#elements = elements(content);
  }

  peek(): Tlv | undefined {
    this.#ahead ??= this.#elements.next().value ?? undefined;
    return this.#ahead;
  }

  any(): Tlv {
    const tlv = this.peek();
    if (tlv === undefined) throw new MalformedMessage('an element is missing');
    this.#ahead = undefined;
    return tlv;
  }

  take(tag: number): Buffer {
    const tlv = this.any();
    if (tlv.tag !== tag) throw new MalformedMessage('an element has an unexpected tag');
    return tlv.content;
  }

  optional(tag: number): Buffer | undefined {
    return this.peek()?.tag === tag ? this.any().content : undefined;
  }
}

export function readInteger(content: Buffer): number {
  if (content.length === 0 || content.length > 4) throw new MalformedMessage('an integer is too long');
  return content.readIntBE(0, content.length);
}
