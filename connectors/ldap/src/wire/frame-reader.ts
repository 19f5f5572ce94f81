/** Cuts the byte stream of a directory into LDAP messages (RFC 4511, section 4.1.1), with a limit on their size. */
import { BerReader } from 'ldapts';
import { limits } from '../limits.ts';
import { SEQUENCE } from './grammar.ts';
import { MalformedMessage } from './take.ts';

interface Extent {
  /** Where the content begins, and where the next message does. */
  readonly start: number;
  readonly end: number;
}

/** Hears the number of a message that is too long to be read, and its length. */
export type OnTooLong = (id: number, bytes: number) => void;

/** As many bytes of a message as surely have its number in them. */
const HEAD = 6;

export class FrameReader {
  readonly #maxBytes: number;
  readonly #onTooLong: OnTooLong | undefined;
  /** Bytes still to come of a message that is not read. */
  #skipping = 0;
  #pending: Buffer[] = [];
  #size = 0;
  /** Bytes needed before looking again: a long message that arrives in drops is joined once, not once a drop. */
  #wanted = 0;

  /** Without `onTooLong` a message that is too long is an error; with it, it is passed over up to `limits.workBytes`. */
  constructor(maxBytes: number, onTooLong?: OnTooLong) {
    this.#maxBytes = maxBytes;
    this.#onTooLong = onTooLong;
  }

  /** How many bytes wait for the rest of their message. */
  get waiting(): number {
    return this.#size;
  }

  /** The content of each message that is whole now. */
  push(received: Buffer): Buffer[] {
    const chunk = received.subarray(Math.min(this.#skipping, received.length));
    this.#skipping -= received.length - chunk.length;
    this.#pending.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return [];

    const bytes = Buffer.concat(this.#pending);
    const frames: Buffer[] = [];
    let offset = 0;
    this.#wanted = 0;
    while (offset < bytes.length) {
      const extent = this.#extent(bytes, offset);
      const needed = this.#neededFor(extent, bytes.length);
      if (extent === null || needed > bytes.length) {
        this.#wanted = needed - offset;
        break;
      }
      if (this.#isTooLong(extent)) this.#passOver(extent, bytes);
      else frames.push(bytes.subarray(extent.start, extent.end));
      offset = Math.min(extent.end, bytes.length);
    }
    this.#pending = offset < bytes.length ? [bytes.subarray(offset)] : [];
    this.#size = bytes.length - offset;
    return frames;
  }

  #isTooLong({ start, end }: Extent): boolean {
    return end - start > this.#maxBytes;
  }

  #neededFor(extent: Extent | null, have: number): number {
    if (extent === null) return have + 1;
    return this.#isTooLong(extent) ? extent.start + HEAD : extent.end;
  }

  #passOver({ start, end }: Extent, bytes: Buffer): void {
    this.#onTooLong?.(messageIdIn(bytes.subarray(start, start + HEAD)), end - start);
    this.#skipping = Math.max(0, end - bytes.length);
  }

  /** Null: more bytes are needed to know. */
  #extent(bytes: Buffer, offset: number): Extent | null {
    const reader = new BerReader(bytes);
    reader.offset = offset;
    if (reader.readSequence(SEQUENCE) === null) return null;
    // ldapts reads a length above 2³¹ as a negative one.
    const most = this.#onTooLong === undefined ? this.#maxBytes : limits.workBytes;
    if (reader.length < 0 || reader.length > most) {
      throw new MalformedMessage(`a message is over the limit of ${this.#maxBytes} bytes`);
    }
    return { start: reader.offset, end: reader.offset + reader.length };
  }
}

/** What an LDAPMessage begins with. */
export function messageIdIn(content: Buffer): number {
  const id = new BerReader(content).readInt();
  if (id === null) throw new MalformedMessage('a message without a number');
  return id;
}
