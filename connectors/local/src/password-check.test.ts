import assert from 'node:assert/strict';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { beforeAll, describe, test } from 'vitest';
import { hashPassword } from './hash-password.ts';
import { type HashRun, makeRuns, PasswordCheck } from './password-check.ts';
import { parsePasswordHash } from './password-hash.ts';
import { PlayedDirectory } from './testing/played-directory.ts';

const noon = new Date('2026-01-01T12:00:00Z');
let [own, cheaper, older, oldest] = ['', '', '', ''];

beforeAll(async () => {
  own = await hashPassword('own');
  cheaper = await argon2('cheaper', { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  older = await bcrypt('older', { cost: 11 });
  oldest = await bcrypt('oldest', { cost: 10 });
});

/** Kind and figures of each run, in order: what an attempt costs. */
function costOf(runs: readonly HashRun[]): readonly unknown[] {
  return runs.map(({ hash }) => {
    const parsed = parsePasswordHash(hash);
    assert.ok(parsed.ok, 'a hash that no library would run');
    return parsed.settings;
  });
}

function directoryOf(...hashes: readonly string[]): PlayedDirectory {
  const directory = new PlayedDirectory();
  const accounts = hashes.map((passwordHash, n) => ({
    id: `${n}`,
    email: `${n}@example.com`,
    passwordHash,
    groups: [],
  }));
  directory.become(...accounts);
  return directory;
}

// The attack: guess addresses, and tell by the time or the load of "wrong password" which of them exist.
describe('an attempt costs the same runs for everybody', () => {
  test('whether the account exists or not, and whatever kind of hash it has', async () => {
    const hashes = [own, cheaper, older, oldest];
    const check = new PasswordCheck(directoryOf(...hashes), () => noon);
    const nobody = costOf(await check.runs(null));
    assert.equal(nobody.length, 4);
    for (const hash of hashes) assert.deepEqual(costOf(await check.runs(hash)), nobody);
  });

  test('also in a directory where nobody has a hash of the kind that new accounts get', async () => {
    const check = new PasswordCheck(directoryOf(oldest), () => noon);
    assert.deepEqual(costOf(await check.runs(oldest)), costOf(await check.runs(null)));
  });

  test('and in an empty one', async () => {
    const check = new PasswordCheck(directoryOf(), () => noon);
    assert.deepEqual(costOf(await check.runs(null)), [
      { kind: 'argon2id', memory: 19_456, passes: 2, lanes: 1 },
    ]);
  });

  test('an unusable hash costs what nobody costs', async () => {
    const check = new PasswordCheck(directoryOf(oldest, 'x'), () => noon);
    assert.deepEqual(costOf(await check.runs('x')), costOf(await check.runs(null)));
  });

  test('a kind that comes while the server runs is noticed within half a minute', async () => {
    let now = noon;
    const directory = directoryOf();
    const check = new PasswordCheck(directory, () => now);
    await check.runs(null);
    directory.become({ id: '1', email: 'a@example.com', passwordHash: oldest, groups: [] });
    now = new Date(noon.getTime() + 30_000);
    assert.deepEqual(costOf(await check.runs(oldest)), costOf(await check.runs(null)));
    assert.equal((await check.runs(null)).length, 2);
  });

  test('and at once, when its account is asked for', async () => {
    const check = new PasswordCheck(directoryOf(), () => noon);
    await check.runs(null);
    assert.deepEqual(costOf(await check.runs(oldest)), costOf(await check.runs(null)));
  });

  test('the accounts are not listed again at each attempt', async () => {
    const directory = directoryOf(own);
    const check = new PasswordCheck(directory, () => noon);
    for (let attempt = 0; attempt < 3; attempt += 1) await check.runs(null);
    assert.deepEqual(directory.questions, ['list']);
  });
});

describe('the runs of an attempt', () => {
  test.each([
    ['argon2id as new accounts get it', () => own, 'own'],
    ['argon2id with other figures', () => cheaper, 'cheaper'],
    ['bcrypt', () => older, 'older'],
  ])('find the right password: %s', async (_what, hash, password) => {
    const check = new PasswordCheck(directoryOf(own, cheaper, older), () => noon);
    const runs = await check.runs(hash());
    assert.equal(await makeRuns(runs, Buffer.from(password)), true);
    assert.equal(await makeRuns(runs, Buffer.from(`${password} `)), false);
  });

  test('never match for nobody, not even a password that somebody has', async () => {
    const check = new PasswordCheck(directoryOf(own, older), () => noon);
    assert.equal(await makeRuns(await check.runs(null), Buffer.from('own')), false);
  });

  // bcrypt reads 72 bytes: whoever knows the beginning of a long password would know all of it.
  test('refuse with bcrypt a password longer than bcrypt reads, and accept it with argon2id', async () => {
    const long = 'x'.repeat(73);
    const [truncated, whole] = [await bcrypt(long, { cost: 10 }), await hashPassword(long)];
    const check = new PasswordCheck(directoryOf(truncated, whole), () => noon);
    assert.equal(await makeRuns(await check.runs(truncated), Buffer.from(`${'x'.repeat(72)}y`)), false);
    assert.equal(await makeRuns(await check.runs(truncated), Buffer.from(long)), false);
    assert.equal(await makeRuns(await check.runs(truncated), Buffer.from('x'.repeat(72))), true);
    assert.equal(await makeRuns(await check.runs(whole), Buffer.from(long)), true);
  });
});
