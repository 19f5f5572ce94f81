import assert from 'node:assert/strict';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { describe, test } from 'vitest';
import { hashPassword } from './hash-password.ts';
import { checkPasswordHash, parsePasswordHash } from './password-hash.ts';

const salt = 'o5cj9ZUnVn9KZ3NfAsCiSg';
const output = '7oC8zJ7x5DMXp4vhqIpfoxGZry76J553aXPzjx4lI/o';
const letters = 'YqpARVBdmKyLNP6VEjXP5OrZ./zkKV4d/nbj2QtBRHUvnrAaTQ1ae';

function argon2(figures: string, rest = `${salt}$${output}`): string {
  return `$argon2id$v=19$${figures}$${rest}`;
}

describe('a password hash is accepted', () => {
  test('when `hashPassword` made it', async () => {
    assert.deepEqual(parsePasswordHash(await hashPassword('correct horse')), {
      ok: true,
      settings: { kind: 'argon2id', memory: 19_456, passes: 2, lanes: 1 },
    });
  });

  test('when a bcrypt library made it', async () => {
    assert.deepEqual(parsePasswordHash(await bcrypt('correct horse', { cost: 11 })), {
      ok: true,
      settings: { kind: 'bcrypt', cost: 11 },
    });
  });

  test.each(['$2a$10$', '$2b$16$', '$2y$12$'])('when it is bcrypt that begins with %s', (beginning) => {
    assert.equal(checkPasswordHash(`${beginning}${letters}`), undefined);
  });

  test.each(['m=4096,t=3,p=1', 'm=65536,t=3,p=4', 'm=262144,t=4,p=1'])(
    'when it is argon2id of %s',
    (figures) => {
      assert.equal(checkPasswordHash(argon2(figures)), undefined);
    },
  );
});

describe('a password hash is refused, with what to do', () => {
  // A hash that somebody slipped into the configuration would cost minutes, or all memory, at each sign-in.
  test.each([
    [argon2('m=4294967295,t=2,p=1'), /argon2 m \(KiB\) is 4294967295, and 4096 to 262144 is accepted/],
    [argon2('m=19456,t=4294967295,p=1'), /argon2 t is 4294967295/],
    [argon2('m=19456,t=2,p=255'), /argon2 p is 255/],
    [argon2('m=262144,t=12,p=1'), /m × t is 3145728 KiB/],
    [`$2b$31$${letters}`, /bcrypt cost is 31, and 10 to 16 is accepted/],
  ])('when its figures are too high: %s', (hash, expected) =>
    assert.match(checkPasswordHash(hash) ?? '', expected),
  );

  test.each([
    [argon2('m=64,t=1,p=1'), /argon2 m \(KiB\) is 64/],
    [argon2('m=19456,t=0,p=1'), /argon2 t is 0/],
    [argon2('m=19456,t=2,p=1', `AAAA$${output}`), /salt \(bytes\) is 3/],
    [argon2('m=19456,t=2,p=1', `${salt}$AAAAAAAA`), /output \(bytes\) is 6/],
    [`$2b$05$${letters}`, /bcrypt cost is 5/],
  ])('when its figures protect nothing: %s', (hash, expected) =>
    assert.match(checkPasswordHash(hash) ?? '', expected),
  );

  test.each([
    ['', /neither bcrypt .* nor argon2id/],
    ['hunter2 is my password', /neither bcrypt .* nor argon2id/],
    ['$argon2i$v=19$m=19456,t=2,p=1$a$b', /only argon2id is accepted/],
    [`$argon2id$v=16$m=19456,t=2,p=1$${salt}$${output}`, /not a complete argon2id hash of version 19/],
    [argon2('t=2,m=19456,p=1'), /not a complete argon2id hash/],
    [`${argon2('m=19456,t=2,p=1')}\n`, /not a complete argon2id hash/],
    [`$2x$10$${letters}`, /not a complete bcrypt hash/],
    [`$2b$10$${letters}`.slice(0, -1), /not a complete bcrypt hash/],
    [Buffer.from(`$2a$10$${letters}`).toString('base64'), /bcrypt wrapped in base64/],
  ])('when it is of another form: %j', (hash, expected) =>
    assert.match(checkPasswordHash(hash) ?? '', expected),
  );

  // The library answers "no match" to these at once: cheaper than a decoy, and nobody could ever sign in.
  test.each([
    `$2b$10$${letters.slice(0, -1)}f`,
    `$2b$10$${letters.slice(0, 21)}P${letters.slice(22)}`,
    argon2('m=19456,t=2,p=1', `${salt.slice(0, -1)}h$${output}`),
  ])('when spare bits of its base64 are set: %s', (hash) => assert.ok(checkPasswordHash(hash)));

  test('without quoting it: it may be a password in clear', () => {
    assert.doesNotMatch(checkPasswordHash('hunter2 is my password') ?? '', /hunter2/);
  });
});
