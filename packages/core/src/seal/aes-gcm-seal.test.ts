import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openJson, openSeal, SealBroken, sealJson } from './aes-gcm-seal.ts';

const older = { id: '2026-10', key: Buffer.alloc(32, 1) };
const newer = { id: '2026-11', key: Buffer.alloc(32, 2) };
const seal = openSeal([newer, older]);
const text = Buffer.from('the private half of a key');

describe('a sealed value', () => {
  test('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (plaintext, purpose) => {
        expect(Buffer.from(seal.open(seal.seal(plaintext, purpose), purpose))).toEqual(
          Buffer.from(plaintext),
        );
      }),
    );
  });

  test('does not show what is in it, and looks different each time', () => {
    const sealed = Buffer.from(seal.seal(text, 'a'));
    expect(sealed.includes(text)).toBe(false);
    expect(sealed.equals(seal.seal(text, 'a'))).toBe(false);
  });

  // The attack: somebody who can write to the database copies one row's sealed value into another.
  test('does not open in another place', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (purpose, place) => {
        fc.pre(purpose !== place);
        expect(() => seal.open(seal.seal(text, purpose), place)).toThrow(SealBroken);
      }),
    );
  });

  // The attack: a bit is turned, to see what the broker makes of it.
  test('does not open with any bit turned', () => {
    const sealed = seal.seal(text, 'a');
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.nat(7), (at, bit) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << bit), at);
        expect(() => seal.open(changed, 'a')).toThrow(SealBroken);
      }),
      { numRuns: 500 },
    );
  });

  test('does not open when it is cut or lengthened', () => {
    const sealed = Buffer.from(seal.seal(text, 'a'));
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => seal.open(sealed.subarray(0, length), 'a')).toThrow(SealBroken);
    }
    expect(() => seal.open(Buffer.concat([sealed, Buffer.alloc(1)]), 'a')).toThrow(SealBroken);
  });

  test('does not open when it never was one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(() => seal.open(bytes, 'a')).toThrow(SealBroken);
      }),
    );
  });

  test('opens after the key was replaced, and new ones are sealed with the new key', () => {
    const before = openSeal([older]).seal(text, 'a');
    expect(Buffer.from(seal.open(before, 'a'))).toEqual(text);
    expect(Buffer.from(openSeal([newer]).open(seal.seal(text, 'a'), 'a'))).toEqual(text);
  });

  test('says which key is missing', () => {
    const sealed = openSeal([older]).seal(text, 'a');
    expect(() => openSeal([newer]).open(sealed, 'a')).toThrow(
      expect.objectContaining({ missingKeyId: '2026-10', message: expect.stringContaining('restore it') }),
    );
  });

  test('does not open with another key of the same name', () => {
    const sealed = openSeal([older]).seal(text, 'a');
    const impostor = openSeal([{ id: older.id, key: newer.key }]);
    expect(() => impostor.open(sealed, 'a')).toThrow(expect.objectContaining({ missingKeyId: undefined }));
  });

  // The attack: the key id, which is not encrypted, is rewritten so that it and the purpose read differently.
  test('does not open by moving the border between key id and purpose', () => {
    const key = older.key;
    const ab = openSeal([
      { id: 'ab', key },
      { id: 'a', key },
    ]);
    const sealed = Buffer.from(ab.seal(text, 'c'));
    const moved = Buffer.concat([Buffer.from([1, 1]), Buffer.from('a'), sealed.subarray(4)]);
    expect(() => ab.open(moved, 'bc')).toThrow(SealBroken);
    expect(() => ab.open(moved, 'c')).toThrow(SealBroken);
  });
});

test('JSON goes through unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      expect(openJson(seal, sealJson(seal, plain, 'a'), 'a')).toEqual(plain);
    }),
  );
});

test('keys are changed only by whoever holds the seal: a caller that wipes its copy breaks nothing', () => {
  const key = Buffer.alloc(32, 9);
  const own = openSeal([{ id: 'k', key }]);
  const sealed = own.seal(text, 'a');
  key.fill(0);
  expect(Buffer.from(own.open(sealed, 'a'))).toEqual(text);
});

test.each([
  ['no key', []],
  ['a short key', [{ id: 'a', key: Buffer.alloc(16) }]],
  ['an empty id', [{ id: '', key: Buffer.alloc(32) }]],
  ['a very long id', [{ id: 'é'.repeat(128), key: Buffer.alloc(32) }]],
  ['two keys of one id', [older, { ...newer, id: older.id }]],
])('%s is refused at the start', (_, keys) => {
  expect(() => openSeal(keys)).toThrow(RangeError);
});
