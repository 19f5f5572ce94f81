/**
 * One element at a time, never longer than what contains it. The bytes are read by ldapts's `BerReader`, which leaves
 * two things to its caller: an element that is not whole is null, and a length above 2³¹ is negative and would make
 * the reader go backwards.
 */
import type { BerReader } from 'ldapts';

export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/** The content of the next element, which has to have this tag. */
export function take(reader: BerReader, tag: number): Buffer {
  const content = reader.readString(tag, true);
  if (content === null || reader.length < 0) {
    throw new MalformedMessage('an element is missing, or longer than what contains it');
  }
  return content;
}
