import fc from 'fast-check';
import { BerReader, BindResponse, InvalidAsn1Error, PagedResultsControl, SearchEntry } from 'ldapts';
import { describe, expect, test } from 'vitest';
import { ber, entry, integer, pageResult, searchResult } from '../../../../tests/support/hostile-ldap.ts';
import { limits } from '../limits.ts';
import { FrameReader } from './frame-reader.ts';
import { readResponse } from './response.ts';
import { MalformedMessage, take } from './take.ts';

const limit = 10_000;

function framesOf(bytes: Buffer): Buffer[] {
  return new FrameReader(limit).push(bytes);
}

describe('messages', () => {
  const messages = Buffer.concat([
    entry(7, 'cn=jane', { cn: ['jane', 'Jane'], JPEGPhoto: [Buffer.alloc(300, 0xff)] }),
    entry(7, 'cn=empty', {}),
    searchResult(7),
  ]);

  test('are the same however the network cuts them', () => {
    const whole = framesOf(messages);
    expect(whole).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 })), (sizes) => {
        const reader = new FrameReader(limit);
        const frames: Buffer[] = [];
        let offset = 0;
        for (const size of [...sizes, messages.length]) {
          frames.push(...reader.push(messages.subarray(offset, offset + size)));
          offset = Math.min(offset + size, messages.length);
        }
        expect(frames).toEqual(whole);
        expect(reader.waiting).toBe(0);
      }),
    );
  });

  test('one byte at a time are whole with the last byte', () => {
    const reader = new FrameReader(limit);
    const frames = [...messages].flatMap((byte) => reader.push(Buffer.from([byte])));
    expect(frames).toEqual(framesOf(messages));
  });

  test('over the limit are passed over where somebody hears of it, however the network cuts them', () => {
    const long = entry(9, 'cn=long', { cn: ['x'.repeat(2 * limit)] });
    const all = Buffer.concat([long, messages, long, long, messages]);
    const whole = framesOf(messages);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3 * limit })), (sizes) => {
        const heard: number[] = [];
        const reader = new FrameReader(limit, (id, bytes) => heard.push(id, bytes));
        const frames: Buffer[] = [];
        let offset = 0;
        for (const size of [...sizes, all.length]) {
          frames.push(...reader.push(all.subarray(offset, offset + size)));
          offset = Math.min(offset + size, all.length);
        }
        expect(frames).toEqual([...whole, ...whole]);
        // Without its tag and five bytes of length.
        const content = long.length - 6;
        expect(heard).toEqual([9, content, 9, content, 9, content]);
        expect(reader.waiting).toBe(0);
      }),
    );
  });

  test('over the limit are refused as soon as their length is there', () => {
    expect(() => new FrameReader(limit).push(Buffer.from([0x30, 0x82, 0xff, 0xff]))).toThrow(
      MalformedMessage,
    );
  });
});

// ldapts reads such a length as a negative one, and goes back to where it came from.
describe('attack: a length above 2³¹', () => {
  test('of a message is refused', () => {
    const again = Buffer.from([0x30, 0x84, 0xff, 0xff, 0xff, 0xfa]);
    expect(() => framesOf(again)).toThrow(MalformedMessage);
  });

  test('of an element is refused', () => {
    const again = new BerReader(Buffer.from([0x04, 0x84, 0xff, 0xff, 0xff, 0xfa]));
    expect(() => take(again, 0x04)).toThrow(MalformedMessage);
  });
});

describe('answers', () => {
  test('keep all values of an attribute, by its name in lower case', () => {
    const [frame] = framesOf(entry(7, 'cn=jane', { GivenName: ['Jane', 'J.'] }));
    expect(readResponse(frame!)).toEqual({
      id: 7,
      kind: 'entry',
      entry: {
        dn: 'cn=jane',
        attributes: new Map([['givenname', [Buffer.from('Jane'), Buffer.from('J.')]]]),
      },
    });
  });

  // Attack: an attribute that comes twice, so that what the second one says is all that is seen.
  test('keep the values of an attribute that is there twice', () => {
    const [frame] = framesOf(entry(7, 'cn=jane', { memberOf: ['cn=a'], MEMBEROF: ['cn=b'] }));
    expect(readResponse(frame!)).toMatchObject({
      entry: { attributes: new Map([['memberof', [Buffer.from('cn=a'), Buffer.from('cn=b')]]]) },
    });
  });

  test('of a paged search carry the cookie of the next page', () => {
    const [frame] = framesOf(pageResult(7, 'next'));
    expect(readResponse(frame!)).toMatchObject({ kind: 'search', cookie: Buffer.from('next') });
  });

  test('carry the cookie behind a list of referrals, too, and behind controls that nobody knows', () => {
    const result = [integer(0, 0x0a), ber(0x04), ber(0x04), ber(0xa3, ber(0x04, 'ldap://elsewhere'))];
    const stranger = ber(0x30, ber(0x04, '1.2.3'), ber(0x01, Buffer.from([0xff])), ber(0x04, 'anything'));
    const value = ber(0x30, integer(0), ber(0x04, 'next'));
    const page = ber(0x30, ber(0x04, PagedResultsControl.type), ber(0x04, value));
    const message = Buffer.concat([integer(7), ber(0x65, ...result), ber(0xa0, stranger, page)]);
    expect(readResponse(message)).toMatchObject({ kind: 'search', cookie: Buffer.from('next') });
  });

  test('of another server carry its URLs', () => {
    const urls = ['ldap://a.example/dc=a', 'ldap://b.example/dc=b'];
    const message = ber(0x73, ...urls.map((url) => ber(0x04, url)));
    expect(readResponse(Buffer.concat([integer(7), message]))).toEqual({ id: 7, kind: 'reference', urls });
  });

  test('keep every byte of every value', () => {
    const values = fc.array(fc.uint8Array({ maxLength: 300 }).map(Buffer.from), { maxLength: 5 });
    const attributes = fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9;-]{0,20}$/), values);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), attributes, (dn, sent) => {
        const [frame] = framesOf(entry(7, dn, sent));
        expect(readResponse(frame!)).toEqual({
          ...{ id: 7, kind: 'entry' },
          entry: { dn, attributes: new Map(Object.entries(sent)) },
        });
      }),
    );
  });

  test('of more elements than the limit are refused before they cost anything', () => {
    const values = Buffer.alloc(2 * limits.messageElements, Buffer.from([0x04, 0x00]));
    const attribute = ber(0x30, ber(0x04, 'cn'), ber(0x31, values));
    const message = Buffer.concat([integer(7), ber(0x64, ber(0x04, 'cn=jane'), ber(0x30, attribute))]);
    expect(() => readResponse(message)).toThrow(`more than ${limits.messageElements} elements`);
  });

  test('that are any bytes at all are read or refused, and never loop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => readOrRefuse(Buffer.from(bytes))),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['an entry', entry(7, 'cn=jane', { cn: ['jane'], mail: ['a', 'b'] })],
    ['a page', pageResult(7, 'next')],
  ])('of which one byte was changed are read or refused, and never loop: %s', (_, message) => {
    const [good] = framesOf(message);
    const change = fc.record({ at: fc.nat(good!.length - 1), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(change, ({ at, to }) => {
        const bytes = Buffer.from(good!);
        bytes[at] = to;
        readOrRefuse(bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

function readOrRefuse(frame: Buffer): void {
  try {
    readResponse(frame);
  } catch (error) {
    expect(error instanceof MalformedMessage || error instanceof InvalidAsn1Error).toBe(true);
  }
}

/** Why answers are held against the grammar first. A test that fails here says that a check may go. */
describe('the library alone', () => {
  test('takes an answer that is missing for success', () => {
    const answer = new BindResponse({ messageId: 7 });
    answer.parseMessage(new BerReader(Buffer.alloc(0)));
    expect(answer.status).toBe(0);
    expect(() => readResponse(Buffer.concat([integer(7), ber(0x61)]))).toThrow(MalformedMessage);
  });

  test('takes a page cookie that is cut off for the last page', () => {
    const cutOff = Buffer.from([0x30, 0x05, 0x02, 0x01, 0x00, 0x04, 0x04]);
    const control = new PagedResultsControl();
    control.parse(new BerReader(cutOff));
    expect(control.value?.cookie).toEqual(Buffer.alloc(0));
    const controls = ber(0xa0, ber(0x30, ber(0x04, PagedResultsControl.type), ber(0x04, cutOff)));
    const done = ber(0x65, integer(0, 0x0a), ber(0x04), ber(0x04));
    expect(() => readResponse(Buffer.concat([integer(7), done, controls]))).toThrow(MalformedMessage);
  });

  test('reads a list that is longer than its message for ever', () => {
    class Impatient extends BerReader {
      #reads = 0;
      override peek(): number | null {
        this.#reads += 1;
        if (this.#reads > 10_000) throw new Error('still reading');
        return super.peek();
      }
    }
    const lying = Buffer.concat([ber(0x04, 'cn=jane'), Buffer.from([0x30, 0x70])]);
    const entryOf = new SearchEntry({ messageId: 7 });
    expect(() => entryOf.parseMessage(new Impatient(lying))).toThrow('still reading');
    expect(() => readResponse(Buffer.concat([integer(7), ber(0x64, lying)]))).toThrow(MalformedMessage);
  });
});
