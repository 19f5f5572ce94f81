/** A name and a password, right, wrong and hostile. */
import assert from 'node:assert/strict';
import type { PasswordLogin } from '../../connector.ts';
import type { Identity } from '../../identity.ts';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness, PasswordHarness } from '../harness.ts';
import { refuses, type Stage, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

/** Wildcards, filter and SQL injection, a NUL, a name that is a path, broken text, a very long one. */
const hostileNames = [
  '',
  ' ',
  '*',
  'a*',
  '*)(objectClass=*',
  'x)(|(uid=*',
  "' OR '1'='1",
  '\0',
  '\u0000admin',
  '../../etc/passwd',
  '\ud800',
  '__proto__',
  'x'.repeat(10_000),
];

export function passwordCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  person: PasswordHarness,
): readonly ContractCase[] {
  const { username, password, wrongPassword, nobody } = person;
  return [
    stagedCase(harness, 'a wrong password is null', async (stage) => {
      assert.equal(await verify(stage, username, wrongPassword), null);
    }),
    stagedCase(harness, 'a name that nobody has is null', async (stage) => {
      assert.equal(await verify(stage, nobody, password), null);
    }),
    // An LDAP bind with a name and no password succeeds as anonymous (RFC 4513, section 5.1.2).
    stagedCase(harness, 'an empty password is null, and the upstream is not asked', async (stage) => {
      const before = [...(person.work?.() ?? [])];
      assert.equal(await verify(stage, username, ''), null);
      assert.deepEqual(person.work?.() ?? [], before, 'the upstream was asked');
    }),
    stagedCase(harness, 'a hostile name is null, also with a password that somebody has', async (stage) => {
      for (const name of hostileNames) {
        assert.equal(
          await verify(stage, name, password),
          null,
          `the name ${JSON.stringify(name.slice(0, 40))}`,
        );
      }
    }),
    stagedCase(harness, 'a password that only begins or ends like the right one is null', async (stage) => {
      for (const near of [`${password}x`, password.slice(0, -1), ` ${password}`, `${password}\0`]) {
        assert.equal(await verify(stage, username, near), null);
      }
    }),
    // "Wrong password" would count against the account, and lock somebody out who typed the right one.
    stagedCase(harness, 'a dead upstream makes a wrong password `unavailable` too', async (stage) => {
      await harness.upstream.takeDown();
      await refuses(verify(stage, username, wrongPassword), ['unavailable']);
    }),
    // A connection on which one attempt proves a password must not serve another attempt meanwhile.
    stagedCase(harness, "attempts at the same time do not get each other's answers", async (stage) => {
      const passwords = [password, wrongPassword, password, wrongPassword, password];
      const answers = await Promise.all(passwords.map((typed) => verify(stage, username, typed)));
      assert.deepEqual(
        answers.map((identity) => identity !== null),
        passwords.map((typed) => typed === password),
      );
    }),
    stagedCase(harness, 'nobody and a wrong password ask the upstream the same', async (stage) => {
      // What is read once and kept (an open connection, a list) is out of the way after this.
      await verify(stage, nobody, wrongPassword);
      const start = person.work?.().length ?? 0;
      await verify(stage, username, wrongPassword);
      const middle = person.work?.().length ?? 0;
      await verify(stage, nobody, wrongPassword);
      const work = person.work?.() ?? [];
      assert.deepEqual(work.slice(middle), work.slice(start, middle));
    }),
  ];
}

function verify<State>(
  { connector }: Stage<State>,
  username: string,
  password: string,
): Promise<Identity<State> | null> {
  return passwordLogin(connector.login).verify({ username, password }, testCall());
}

function passwordLogin<State>(login: Stage<State>['connector']['login']): PasswordLogin<State> {
  if (login.kind !== 'password') assert.fail('the harness plays a password login');
  return login;
}
