import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { issueRefreshToken, newOfflineSessionId, readRefreshToken } from './refresh-token.ts';

const key = Buffer.alloc(32, 1);
const otherKey = Buffer.alloc(32, 2);
const id = Buffer.alloc(32, 7);
const token = issueRefreshToken([key], { id, generation: 1 });

const ids = fc.uint8Array({ minLength: 32, maxLength: 32 });
const generations = fc.integer({ min: 1, max: 0xffff_ffff });

describe('a refresh token', () => {
  test('gives back what it was made from', () => {
    fc.assert(
      fc.property(ids, generations, (sessionId, generation) => {
        const issued = issueRefreshToken([key], { id: sessionId, generation });
        expect(readRefreshToken([key], issued)).toEqual({ id: sessionId, generation });
      }),
    );
  });

  test('is the same each time it is made, so that a lost one can be given again', () => {
    expect(issueRefreshToken([key], { id, generation: 1 })).toBe(token);
    expect(issueRefreshToken([key], { id, generation: 2 })).not.toBe(token);
  });

  test('has the form that is written down', () => {
    const signed = Buffer.concat([Buffer.from([1]), id, Buffer.from([0, 0, 0, 1])]);
    const mac = createHmac('sha256', key).update(signed).digest();
    expect(token).toBe(Buffer.concat([signed, mac]).toString('base64url'));
    expect(token).toHaveLength(92);
  });

  test('is made with the newest key and read with any', () => {
    expect(readRefreshToken([otherKey, key], token)).toEqual({ id: new Uint8Array(id), generation: 1 });
    expect(issueRefreshToken([otherKey, key], { id, generation: 1 })).not.toBe(token);
  });

  test('is not read without its key', () => {
    expect(readRefreshToken([otherKey], token)).toBeNull();
    expect(readRefreshToken([], token)).toBeNull();
  });

  // The attack: a client counts its generation up, or turns a bit, to get at another one's session.
  test('is not read with any byte changed', () => {
    fc.assert(
      fc.property(fc.nat(68), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bytes = Buffer.from(token, 'base64url');
        bytes.writeUInt8(bytes.readUInt8(at) ^ change, at);
        expect(readRefreshToken([key], bytes.toString('base64url'))).toBeNull();
      }),
    );
  });

  test('is not read with any letter changed', () => {
    const letter = fc.constantFrom(
      ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=% ',
    );
    fc.assert(
      fc.property(fc.nat(91), letter, (at, instead) => {
        fc.pre(token[at] !== instead);
        expect(readRefreshToken([key], token.slice(0, at) + instead + token.slice(at + 1))).toBeNull();
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['padding', `${token}=`],
    ['a line end', `${token}\n`],
    ['a letter more', `${token}A`],
    ['four letters more', `${token}AAAA`],
    ['four letters less', token.slice(4)],
    ['megabytes', token.repeat(50_000)],
  ])('is not read from %s', (_, text) => {
    expect(readRefreshToken([key], text)).toBeNull();
  });

  test('of another version or of generation 0 is not read, though it was signed', () => {
    expect(readRefreshToken([key], signed(2, 1))).toBeNull();
    expect(readRefreshToken([key], signed(1, 0))).toBeNull();
    expect(readRefreshToken([key], signed(1, 1))).not.toBeNull();
  });

  test.each([0, -1, 1.5, 2 ** 32, Number.NaN])('is not made for generation %d', (generation) => {
    expect(() => issueRefreshToken([key], { id, generation })).toThrow(RangeError);
  });

  test('is not made without a key or for a short id', () => {
    expect(() => issueRefreshToken([], { id, generation: 1 })).toThrow(RangeError);
    expect(() => issueRefreshToken([key], { id: id.subarray(1), generation: 1 })).toThrow(RangeError);
  });
});

test('two offline sessions never have one id', () => {
  const made = Array.from({ length: 1000 }, () => Buffer.from(newOfflineSessionId()).toString('hex'));
  expect(new Set(made).size).toBe(1000);
  expect(newOfflineSessionId()).toHaveLength(32);
});

function signed(version: number, generation: number): string {
  const bytes = Buffer.alloc(37);
  bytes.writeUInt8(version, 0);
  bytes.set(id, 1);
  bytes.writeUInt32BE(generation, 33);
  return Buffer.concat([bytes, createHmac('sha256', key).update(bytes).digest()]).toString('base64url');
}
