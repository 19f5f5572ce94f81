/**
 * Holds an answer against the grammar before ldapts reads it.
 *
 * ldapts believes the lengths and skips most tags: a list that claims to be longer than its message is read for ever,
 * a result that is missing is "success", and a page cookie that is cut off is "no more pages". What passes here has
 * each element in its place and inside the one around it, so there is one way to read it.
 */
import { BerReader } from 'ldapts';
import { limits } from '../limits.ts';
import { controls, integer, operations, type Shape } from './grammar.ts';
import { MalformedMessage, take } from './take.ts';

/** `frame` is the content of one LDAPMessage (RFC 4511, section 4.1.1). */
export function checkMessage(frame: Buffer): void {
  const check = new ShapeCheck();
  const message = new BerReader(frame);
  check.take(message, integer);
  const operation = operations.find(({ tag }) => tag === message.peek());
  if (operation === undefined) throw new MalformedMessage('an answer to an operation that was not asked for');
  check.take(message, operation);
  if (message.peek() === controls.tag) check.take(message, controls);
}

/** Well-formed so far: it is the message that is too much, and not the directory that speaks nonsense. */
export class TooManyElements extends MalformedMessage {}

/** One message's worth of elements. */
export class ShapeCheck {
  #left: number = limits.messageElements;

  /** Takes the next element, which has to have this shape, and returns its content. */
  take(reader: BerReader, shape: Shape): Buffer {
    const content = this.#count(reader, shape.tag);
    if (shape.kind === 'number') checkNumber(content);
    if (shape.kind === 'list') this.#checkList(content, shape.of);
    if (shape.kind === 'choice') this.#checkChoice(content, shape.of);
    if (shape.kind === 'record') this.#checkRecord(content, shape);
    return content;
  }

  /** These bytes are one element of this shape, and nothing follows. */
  whole(bytes: Buffer, shape: Shape): void {
    const reader = new BerReader(bytes);
    this.take(reader, shape);
    if (reader.remain > 0) throw new MalformedMessage('an element too many');
  }

  #checkChoice(content: Buffer, shapes: readonly Shape[]): void {
    const tag = new BerReader(content).peek();
    const chosen = shapes.find((shape) => shape.tag === tag);
    if (chosen === undefined) throw new MalformedMessage('an element that is none of those allowed');
    this.whole(content, chosen);
  }

  #checkList(content: Buffer, shape: Shape): void {
    const reader = new BerReader(content);
    while (reader.remain > 0) this.take(reader, shape);
  }

  #checkRecord(content: Buffer, { parts, exact }: Extract<Shape, { kind: 'record' }>): void {
    const reader = new BerReader(content);
    for (const part of parts) {
      if (part.optional !== true || reader.peek() === part.tag) this.take(reader, part);
    }
    if (exact === true && reader.remain > 0) throw new MalformedMessage('an element too many');
    for (let tag = reader.peek(); tag !== null; tag = reader.peek()) this.#count(reader, tag);
  }

  /** A value costs more than its bytes: eight megabytes of one-byte values would hold the process for ten seconds. */
  #count(reader: BerReader, tag: number): Buffer {
    this.#left -= 1;
    if (this.#left >= 0) return take(reader, tag);
    throw new TooManyElements(`a message has more than ${limits.messageElements} elements`);
  }
}

/** ldapts reads a number of no bytes as 0, which is "success". */
function checkNumber(content: Buffer): void {
  if (content.length < 1 || content.length > 4) {
    throw new MalformedMessage(`a number has ${content.length} bytes`);
  }
}
