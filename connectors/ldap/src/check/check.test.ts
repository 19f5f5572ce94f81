import type { Check } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeCertificates } from '../../../../tests/support/certificates.ts';
import { bindResult, entry, searchResult, startHostileLdap } from '../../../../tests/support/hostile-ldap.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { group, person, root, suffix, unit } from '../testing/directory-tree.ts';
import { openConnector, plainConfig, secureConfig } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const groups = `ou=Groups,${suffix}`;

let directory: OpenLdap;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif: [
      root,
      unit('People'),
      person('jane', 'foo', people, { uid: 'jane', mail: 'jane@example.com' }),
      person('john', 'foo', people, { uid: 'john' }),
      person('nobody types this', 'foo', people),
      unit('Groups'),
      group('admins', groups, [`cn=jane,${people}`]),
    ].join(''),
    certificateNames: ['localhost'],
  });
});
afterAll(() => directory.stop());

async function check(more: Readonly<Record<string, unknown>> = {}): Promise<readonly Check[]> {
  const config = {
    ...secureConfig(directory),
    userSearch: { baseDn: people, username: 'uid', filter: '(objectClass=inetOrgPerson)' },
    groupSearch: { baseDn: groups },
    ...more,
  };
  return openConnector(config).check(testCall());
}

/** The line at which it ended; all before it were good. */
async function failure(more: Readonly<Record<string, unknown>>): Promise<Check | undefined> {
  return (await check(more)).find((line) => !line.ok);
}

test('a good configuration passes line by line, and says what was found', async () => {
  const lines = await check();
  expect(lines.map(({ name, ok }) => [name, ok])).toEqual(
    ['resolve', 'connect', 'tls', 'bind', 'root entry', 'people', 'groups', 'refuses strangers'].map(
      (name) => [name, true],
    ),
  );
  const facts = Object.fromEntries(lines.map((line) => [line.name, line.facts]));
  expect(facts.tls).toMatchObject({ subject: 'localhost', issuer: 'Gatehouse test authority' });
  expect(facts['root entry']).toEqual({ contexts: [suffix], paging: true });
  expect(facts.people).toEqual({ found: 2, more: false, usable: 2, faults: [] });
});

describe('a fault ends the check with advice', () => {
  test.each<[string, () => Readonly<Record<string, unknown>>, string, RegExp]>([
    ['a name that DNS does not know', () => ({ host: 'ldap.invalid' }), 'resolve', /DNS/],
    ['a port where nothing listens', () => ({ host: 'localhost:1' }), 'connect', /Nothing listens/],
    [
      'TLS on a port without it',
      () => ({ host: `localhost:${directory.port}` }),
      'connect',
      /other kind of TLS/,
    ],
    ['a CA that is not known', () => ({ ca: undefined }), 'tls', /under `ca`/],
    [
      'another name in the certificate',
      () => ({ host: `127.0.0.1:${directory.ldapsPort}` }),
      'tls',
      /DNS:localhost/,
    ],
    ['a wrong password of the account', () => ({ bindPassword: 'wrong' }), 'bind', /bindPassword/],
    [
      'a base that does not exist',
      () => ({ userSearch: { baseDn: `ou=x,${suffix}`, username: 'uid' } }),
      'people',
      /baseDn/,
    ],
    [
      'a search without an account where strangers see nothing',
      () => ({
        bindDn: undefined,
        bindPassword: undefined,
        userSearch: { baseDn: `ou=x,${suffix}`, username: 'uid' },
      }),
      'people',
      /anonymous.*`bindDn`/,
    ],
    [
      'a filter that fits nobody',
      () => ({ userSearch: { baseDn: people, username: 'uid', filter: '(uid=x)' } }),
      'people',
      /fits `userSearch.filter`/,
    ],
    [
      'a name attribute that nobody has',
      () => ({ userSearch: { baseDn: people, username: 'uidd' } }),
      'people',
      /none has "uidd": correct `userSearch.username`/,
    ],
    [
      'an attribute for members that no group has',
      () => ({
        groupSearch: {
          baseDn: groups,
          userMatchers: [{ userAttribute: 'DN', groupAttribute: 'uniqueMember' }],
        },
      }),
      'groups',
      /userMatchers.*no group has a "uniqueMember"/,
    ],
    [
      'no TLS on a port that wants it',
      () => ({ host: `localhost:${directory.ldapsPort}`, insecureNoTls: true, ca: undefined }),
      'bind',
      /want TLS/,
    ],
    ['an id that nobody has', () => ({ attributes: { id: 'employeeNumber' } }), 'people', /employeeNumber/],
    [
      'a group base that does not exist',
      () => ({ groupSearch: { baseDn: `ou=x,${suffix}` } }),
      'groups',
      /groupSearch.baseDn/,
    ],
    [
      'groups without a name',
      () => ({ groupSearch: { baseDn: groups, nameAttribute: 'mail' } }),
      'groups',
      /nameAttribute/,
    ],
    [
      'a directory without memberOf',
      () => ({ groupSearch: undefined, memberOf: { attribute: 'seeAlso' } }),
      'groups',
      /seeAlso/,
    ],
  ])('%s', async (_, more, name, advice) => {
    expect(await failure(more())).toMatchObject({ name, advice: expect.stringMatching(advice) });
  });

  test('a certificate of another CA is described, and nothing is sent over it', async () => {
    const binds = async () => (await directory.log()).match(/BIND/g)?.length;
    const before = await binds();
    const { ca } = await makeCertificates(['localhost']);
    const lines = await check({ ca });
    expect(lines.at(-1)).toMatchObject({
      name: 'tls',
      ok: false,
      facts: { issuer: 'Gatehouse test authority' },
    });
    expect(await binds()).toBe(before);
  });

  test('a directory that lets anybody in', async () => {
    const server = await startHostileLdap(({ id, kind }) => {
      if (kind === 'bind') return [bindResult(id)];
      return [entry(id, 'cn=a,dc=b', { uid: ['a'], cn: ['a'], entryUUID: ['u'] }), searchResult(id)];
    });
    const config = { ...plainConfig(server.port), ca: undefined };
    expect(await failure(config)).toMatchObject({
      name: 'refuses strangers',
      advice: expect.stringContaining('do not use it'),
    });
    await server.stop();
  });
});

test('entries that cannot sign in are named', async () => {
  const people = (await check({ attributes: { id: 'mail' } })).find((line) => line.name === 'people');
  expect(people).toMatchObject({
    ok: true,
    facts: { found: 2, usable: 1, faults: [expect.stringMatching(/cn=john.*"mail"/)] },
  });
});

describe('what no sign-in would complain about is said', () => {
  const advice = async (name: string, more: Readonly<Record<string, unknown>>) => {
    const line = (await check(more)).find((candidate) => candidate.name === name);
    expect(line).toMatchObject({ ok: true });
    return line?.advice;
  };

  test('a second name, or an address, that nobody has', async () => {
    const userSearch = { baseDn: people, username: ['uid', 'mial'] };
    expect(await advice('people', { userSearch })).toContain('"mial" (`userSearch.username`)');
    expect(await advice('people', { attributes: { email: 'emailAddress' } })).toContain('`attributes.email`');
  });

  test('groups in which nobody is found', async () => {
    const userMatchers = [{ userAttribute: 'uid', groupAttribute: 'member' }];
    expect(await advice('groups', { groupSearch: { baseDn: groups, userMatchers } })).toContain(
      'is in a group',
    );
  });
});

describe('what weakens security is said', () => {
  test.each([
    ['insecureNoTls', () => ({ host: `localhost:${directory.port}`, insecureNoTls: true, ca: undefined })],
    ['insecureSkipTlsVerify', () => ({ insecureSkipTlsVerify: true, ca: undefined })],
  ])('%s', async (option, more) => {
    const tls = (await check(more())).find((line) => line.name === 'tls');
    expect(tls).toMatchObject({ ok: true, advice: expect.stringContaining(option) });
  });
});

test('StartTLS is checked like LDAPS', async () => {
  const lines = await check({ host: `localhost:${directory.port}`, startTls: true });
  expect(lines.find((line) => line.name === 'tls')).toMatchObject({
    ok: true,
    facts: { subject: 'localhost' },
  });
});
