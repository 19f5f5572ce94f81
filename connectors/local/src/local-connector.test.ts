import assert from 'node:assert/strict';
import { ConnectorError, type PasswordLogin } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { beforeAll, beforeEach, describe, test } from 'vitest';
import { localConfig } from './config.ts';
import { createLocalConnector, hashPassword, type LocalAccount, normalizeEmail } from './index.ts';
import { PlayedDirectory } from './testing/played-directory.ts';

const directory = new PlayedDirectory();
const base = { id: '1', email: 'ada@example.com', groups: ['admins'] };
let ada: LocalAccount = { ...base, passwordHash: '' };

beforeAll(async () => {
  ada = { ...base, passwordHash: await hashPassword('correct horse') };
});
beforeEach(() => directory.become(ada));

function open(hashing = { atOnce: 2, waiting: 64 }) {
  const host = testHost();
  const definition = createLocalConnector({ users: directory, hashing });
  const connector = definition.open(localConfig.parse({}), host);
  assert.equal(connector.login.kind, 'password');
  return { host, connector, login: connector.login satisfies PasswordLogin<null> };
}

function verify(username: string, password: string) {
  return open().login.verify({ username, password }, testCall());
}

describe('a sign-in with an account of Gatehouse itself', () => {
  test('gives the account, with a verified address and how it was proved', async () => {
    const { login, host } = open();
    directory.become({ ...ada, name: 'Ada Lovelace' });
    assert.deepEqual(
      await login.verify({ username: 'ada@example.com', password: 'correct horse' }, testCall()),
      {
        upstreamId: '1',
        username: 'ada@example.com',
        displayName: 'Ada Lovelace',
        email: { address: 'ada@example.com', verified: true },
        groups: ['admins'],
        authenticated: { at: host.now(), amr: ['pwd'] },
        state: null,
      },
    );
  });

  test.each(['ADA@example.com', ' ada@example.com ', 'Ada@EXAMPLE.com\n'])(
    'finds the account however the address is written: %j',
    async (username) => assert.equal((await verify(username, 'correct horse'))?.upstreamId, '1'),
  );

  test('asks the directory nothing that a database would fail on', async () => {
    for (const username of ['ada\0@example.com', `${'a'.repeat(400)}@example.com`, '\ud800']) {
      assert.equal(await verify(username, 'correct horse'), null);
    }
    assert.ok(!directory.questions.includes('findByEmail'));
  });

  test('an account whose hash nobody can check is "wrong password" to the person and an error to the operator', async () => {
    directory.become({ ...ada, passwordHash: '$argon2id$v=19$m=4294967295,t=2,p=1$AAAA$AAAA' });
    const { login, host } = open();
    assert.equal(await login.verify({ username: ada.email, password: 'correct horse' }, testCall()), null);
    assert.deepEqual(
      host.logged.map(({ level, fields }) => [level, fields.account]),
      [['error', '1']],
    );
  });

  // Everybody at once: each attempt holds 19 MiB while it runs.
  test('a burst beyond the line is told to come back, and the others are answered', async () => {
    const { login } = open({ atOnce: 1, waiting: 1 });
    const attempt = () => login.verify({ username: ada.email, password: 'correct horse' }, testCall());
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, attempt));
    const served = outcomes.filter(({ status }) => status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(served.length, 2);
    assert.ok(refused.every(({ reason }) => ConnectorError.is(reason) && reason.code === 'unavailable'));
  });

  test('the bound holds over all entries of the type', async () => {
    const definition = createLocalConnector({ users: directory, hashing: { atOnce: 1, waiting: 0 } });
    const [one, two] = [0, 1].map(() => definition.open(localConfig.parse({}), testHost()).login);
    assert.ok(one?.kind === 'password' && two?.kind === 'password');
    const typed = { username: ada.email, password: 'correct horse' };
    const outcomes = await Promise.allSettled([one.verify(typed, testCall()), two.verify(typed, testCall())]);
    assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
  });
});

describe('a refresh', () => {
  test('goes by the id: an address that passed to another person is not the same account', async () => {
    const { login, connector } = open();
    const identity = await login.verify({ username: ada.email, password: 'correct horse' }, testCall());
    assert.ok(identity);
    directory.become({ ...ada, id: '2' });
    assert.equal((await connector.refresh?.(identity, testCall()))?.status, 'gone');
  });

  test('sees a changed address and name', async () => {
    const { login, connector } = open();
    const identity = await login.verify({ username: ada.email, password: 'correct horse' }, testCall());
    assert.ok(identity);
    directory.become({ ...ada, email: 'lovelace@example.com', name: 'Countess' });
    const refreshed = await connector.refresh?.(identity, testCall());
    assert.equal(refreshed?.status, 'current');
    assert.equal(refreshed.identity.email?.address, 'lovelace@example.com');
    assert.equal(refreshed.identity.displayName, 'Countess');
    assert.deepEqual(refreshed.identity.authenticated, identity.authenticated);
  });
});

test('a check finds that sign-ins cost many runs, and says what to do', async () => {
  const hashes = [10, 11, 12].map(
    (cost) => `$2b$${cost}$YqpARVBdmKyLNP6VEjXP5OrZ./zkKV4d/nbj2QtBRHUvnrAaTQ1ae`,
  );
  directory.become(...hashes.map((passwordHash, n) => ({ ...ada, id: `${n}`, passwordHash })));
  const checks = await open().connector.check(testCall());
  const failed = checks.filter(({ ok }) => !ok);
  assert.equal(failed.length, 1);
  assert.match(failed[0]?.advice ?? '', /gatehouse hash-password/);
});

test('one address has one spelling', () => {
  assert.equal(normalizeEmail(' Jos\u00c9@Example.com'), normalizeEmail('jose\u0301@example.com '));
  // Lower-casing a capital dotted I gives two code points; doing it twice changes nothing more.
  const turkish = normalizeEmail('\u0130@example.com');
  assert.equal(normalizeEmail(turkish), turkish);
});
