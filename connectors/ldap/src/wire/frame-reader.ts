/** Cuts the byte stream of a directory into LDAP messages (RFC 4511, section 4.1.1), with a limit on their size. */
import { BerReader } from 'ldapts';
import { SEQUENCE } from './grammar.ts';
import { MalformedMessage } from './take.ts';

interface Extent {
  /** Where the content begins, and where the next message does. */
  readonly start: number;
  readonly end: number;
}

export class FrameReader {
  readonly #maxBytes: number;
  #pending: Buffer[] = [];
  #size = 0;
  /** Bytes needed before looking again: a long message that arrives in drops is joined once, not once a drop. */
  #wanted = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many bytes wait for the rest of their message. */
  get waiting(): number {
    return this.#size;
  }

  /** The content of each message that is whole now. */
  push(chunk: Buffer): Buffer[] {
    this.#pending.push(chunk);
    this.#size += chunk.length;
    if (this.#size < this.#wanted) return [];

    const bytes = Buffer.concat(this.#pending);
    const frames: Buffer[] = [];
    let offset = 0;
    this.#wanted = 0;
    while (offset < bytes.length) {
      const extent = this.#extent(bytes, offset);
      if (extent === null || extent.end > bytes.length) {
        this.#wanted = (extent?.end ?? bytes.length + 1) - offset;
        break;
      }
      frames.push(bytes.subarray(extent.start, extent.end));
      offset = extent.end;
    }
    this.#pending = offset < bytes.length ? [bytes.subarray(offset)] : [];
    this.#size = bytes.length - offset;
    return frames;
  }

  /** Null: more bytes are needed to know. */
  #extent(bytes: Buffer, offset: number): Extent | null {
    const reader = new BerReader(bytes);
    reader.offset = offset;
    if (reader.readSequence(SEQUENCE) === null) return null;
    // ldapts reads a length above 2³¹ as a negative one.
    if (reader.length < 0 || reader.length > this.#maxBytes) {
      throw new MalformedMessage(`a message is over the limit of ${this.#maxBytes} bytes`);
    }
    return { start: reader.offset, end: reader.offset + reader.length };
  }
}
