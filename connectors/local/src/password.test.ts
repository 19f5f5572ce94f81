import assert from 'node:assert/strict';
import { test } from 'vitest';
import { hashPassword } from './hash-password.ts';
import { passwordBytes } from './password.ts';

test('one password typed on two keyboards gives the same bytes', () => {
  assert.deepEqual(passwordBytes('caf\u00e9 au lait'), passwordBytes('cafe\u0301 au lait'));
});

test('case and blanks count', () => {
  assert.notDeepEqual(passwordBytes('Secret'), passwordBytes('secret'));
  assert.notDeepEqual(passwordBytes('secret '), passwordBytes('secret'));
});

test.each([
  ['', /is empty/],
  ['x'.repeat(1_025), /longer than 1024 bytes/],
  ['é'.repeat(513), /longer than 1024 bytes/],
  ['broken \ud800', /not valid Unicode/],
])('what cannot be a password is refused when it is hashed', async (password, expected) => {
  await assert.rejects(
    hashPassword(password),
    (error) => error instanceof RangeError && expected.test(error.message),
  );
});

test('two hashes of one password differ', async () => {
  assert.notEqual(await hashPassword('correct horse'), await hashPassword('correct horse'));
});
