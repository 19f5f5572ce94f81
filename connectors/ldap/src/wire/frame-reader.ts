/** Cuts the byte stream of a directory into LDAP messages (RFC 4511, section 4.1.1), with a limit on their size. */
import { type Header, MalformedMessage, readHeader } from './tlv.ts';

const SEQUENCE = 0x30;

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
      const header = this.#header(bytes, offset);
      const end = header === null ? bytes.length + 1 : header.start + header.length;
      if (header === null || end > bytes.length) {
        this.#wanted = end - offset;
        break;
      }
      frames.push(bytes.subarray(header.start, end));
      offset = end;
    }
    this.#pending = offset < bytes.length ? [bytes.subarray(offset)] : [];
    this.#size = bytes.length - offset;
    return frames;
  }

  #header(bytes: Buffer, offset: number): Header | null {
    if (bytes[offset] !== SEQUENCE) throw new MalformedMessage('this is not LDAP');
    const header = readHeader(bytes, offset);
    if (header !== null && header.length > this.#maxBytes) {
      throw new MalformedMessage(
        `a message of ${header.length} bytes is over the limit of ${this.#maxBytes}`,
      );
    }
    return header;
  }
}
