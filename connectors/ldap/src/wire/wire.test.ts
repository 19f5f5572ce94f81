import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entry, pageResult, searchResult } from '../../../../tests/support/hostile-ldap.ts';
import { FrameReader } from './frame-reader.ts';
import { readResponse } from './response.ts';
import { MalformedMessage } from './tlv.ts';

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

  test('over the limit are refused as soon as their length is there', () => {
    expect(() => new FrameReader(limit).push(Buffer.from([0x30, 0x82, 0xff, 0xff]))).toThrow(
      MalformedMessage,
    );
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

  test('of a paged search carry the cookie of the next page', () => {
    const [frame] = framesOf(pageResult(7, 'next'));
    expect(readResponse(frame!)).toMatchObject({ kind: 'search', cookie: Buffer.from('next') });
  });

  test('that are any bytes at all are read or refused, and never loop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          readResponse(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('of which one byte was changed are read or refused, and never loop', () => {
    const [good] = framesOf(entry(7, 'cn=jane', { cn: ['jane'], mail: ['a', 'b'] }));
    const change = fc.record({ at: fc.nat(good!.length - 1), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(change, ({ at, to }) => {
        const bytes = Buffer.from(good!);
        bytes[at] = to;
        try {
          readResponse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessage);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
