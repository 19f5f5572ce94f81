import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { suffix } from '../../../../tests/support/directory-tree.ts';
import {
  ber,
  bindResult,
  entry,
  type HostileLdap,
  result,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const wrongPassword = 'That name and password do not match.';

let server: HostileLdap | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** What jane sees when the directory answers her bind like this: the second bind, after that of the service account. */
async function seenAfter(answer: (id: number) => Buffer, status: Readonly<Record<string, string>> = {}) {
  const attributes = {
    cn: 'jane',
    uid: 'jane',
    entryUUID: '5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11',
    ...status,
  };
  const values = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value]]));
  let binds = 0;
  server = await startHostileLdap(({ id, kind }) => {
    if (kind === 'search') return [entry(id, jane, values), searchResult(id)];
    if (kind !== 'bind') return [];
    binds += 1;
    if (binds === 2) return [answer(id)];
    return [bindResult(id, binds === 1 ? 0 : 49)];
  });
  const connector = openConnector({
    ...plainConfig(server.port),
    ...{ bindDn: `cn=service,${suffix}`, bindPassword: 'service' },
    userSearch: { baseDn: people, username: 'uid' },
  });
  if (connector.login.kind !== 'password') throw new Error('not a password connector');
  const signIn = connector.login.verify({ username: 'jane', password: 'foo' }, testCall());
  return signIn.then(
    (identity) => (identity === null ? wrongPassword : 'signed in'),
    (error: unknown) => {
      if (!ConnectorError.is(error)) throw error;
      return error.code === 'denied' ? (error.personMessage ?? wrongPassword) : error.code;
    },
  );
}

const oid = '1.3.6.1.4.1.42.2.27.8.5.1';
const control = (...value: readonly Buffer[]) =>
  ber(0x30, ber(0x04, oid), ...value.map((bytes) => ber(0x04, bytes)));
const policyError = (code: number) => control(ber(0x30, ber(0x81, Buffer.of(code))));
const windows = (code: string) =>
  `80090308: LdapErr: DSID-0C090439, comment: AcceptSecurityContext error, data ${code}, v4563\0`;
const bind =
  (code: number, message = '', ...controls: readonly Buffer[]) =>
  (id: number) =>
    result(id, 0x61, code, message, ...controls);

test('an honest answer signs in, and an honest refusal does not', async () => {
  expect(await seenAfter(bind(0))).toBe('signed in');
  await server?.stop();
  expect(await seenAfter(bind(49, windows('52e')))).toBe(wrongPassword);
});

describe('attack: an answer to a bind that says what it may not', () => {
  test.each([
    ['a code that is no code', bind(49, windows('5e2'))],
    ['a code in another notation', bind(49, windows('0x532'))],
    ['a lock', bind(49, windows('775'))],
    ['nobody by that name', bind(49, windows('525'))],
    ['a code with another result', bind(53, windows('532'))],
    [
      'a message of a megabyte that begins with a code',
      bind(49, `${windows('532')}${'x'.repeat(1_000_000)}`),
    ],
    ['a lock by policy', bind(49, '', policyError(1))],
    ['a lock by policy, with another result', bind(19, '', policyError(0))],
    ['inactivated', bind(53, 'Account inactivated. Contact system administrator.', policyError(1))],
    // Some servers say so to every password.
    ['expired by policy, by a server that nobody knows', bind(49, '', policyError(0))],
    ['a policy error that nobody knows, with a success', bind(0, '', policyError(77))],
  ])('%s is a wrong password', async (_, answer) => {
    expect(await seenAfter(answer)).toBe(wrongPassword);
  });

  test('a code in a success is text', async () => {
    expect(await seenAfter(bind(0, windows('533')))).toBe('signed in');
  });

  test.each([
    ['without a value', [control()]],
    ['with a value of no bytes', [control(Buffer.alloc(0))]],
    ['twice, of which the second says another thing', [policyError(2), control(ber(0x30))]],
    ['with an error that has no bytes', [control(ber(0x30, ber(0x81)))]],
    ['longer than its message', [control(Buffer.from([0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]))]],
    [
      'with a list of half a million errors',
      [control(ber(0x30, Buffer.alloc(1_000_000, Buffer.of(0x81, 0))))],
    ],
    ['a thousand times, each of another kind', manyControls(1000)],
  ])('a control %s is no answer, neither to a success nor to a refusal', async (_, controls) => {
    expect(await seenAfter(bind(0, '', ...controls))).toBe('unavailable');
    await server?.stop();
    expect(await seenAfter(bind(49, '', ...controls))).toBe('unavailable');
  });
});

describe('a success does not sign in', () => {
  test.each([
    ['the policy wants another password first', bind(0, '', policyError(2)), {}, /has to be changed/],
    ['the entry says that it is over', bind(0), { userAccountControl: '514' }, /is disabled/],
    [
      'the entry says so in a way that nobody understands',
      bind(0),
      { accountExpires: 'soon' },
      /misconfigured/,
    ],
  ])('where %s', async (_, answer, status, seen) => {
    expect(await seenAfter(answer, status)).toMatch(seen);
  });

  // Any password would be told about.
  test('and tells nothing, where the directory says success to everything', async () => {
    const values = { cn: ['jane'], uid: ['jane'], userAccountControl: ['514'] };
    server = await startHostileLdap(({ id, kind }) =>
      kind === 'search' ? [entry(id, jane, values), searchResult(id)] : [bindResult(id)],
    );
    const connector = openConnector({
      ...plainConfig(server.port),
      userSearch: { baseDn: people, username: 'uid' },
    });
    if (connector.login.kind !== 'password') throw new Error('not a password connector');
    await expect(
      connector.login.verify({ username: 'jane', password: 'guess' }, testCall()),
    ).rejects.toMatchObject({ code: 'misconfigured', personMessage: undefined });
  });
});

function manyControls(count: number): readonly Buffer[] {
  return Array.from({ length: count }, (_, n) => ber(0x30, ber(0x04, `1.2.3.${n}`)));
}

describe('the root entry says whose word about an expired password counts', () => {
  const expired = bind(49, 'expired', policyError(0));

  /** A server that has the same entry for every search, and another one for its root. */
  async function seenAt(root: Readonly<Record<string, readonly (string | Buffer)[]>>, rootDn = '') {
    let binds = 0;
    let searches = 0;
    server = await startHostileLdap(({ id, kind }) => {
      if (kind === 'bind') {
        binds += 1;
        return [binds === 1 ? bindResult(id) : expired(id)];
      }
      if (kind !== 'search') return [];
      searches += 1;
      const found =
        searches === 1 ? entry(id, jane, { cn: ['jane'], uid: ['jane'] }) : entry(id, rootDn, root);
      return [found, searchResult(id)];
    });
    const connector = openConnector({
      ...plainConfig(server.port),
      ...{ bindDn: `cn=service,${suffix}`, bindPassword: 'service' },
      userSearch: { baseDn: people, username: 'uid' },
    });
    if (connector.login.kind !== 'password') throw new Error('not a password connector');
    const signIn = connector.login.verify({ username: 'jane', password: 'foo' }, testCall());
    return signIn.then(
      () => 'no error',
      (error: unknown) => (ConnectorError.is(error) ? error.personMessage : String(error)),
    );
  }

  test.each([
    ['OpenLDAP', { objectClass: ['top', 'OpenLDAProotDSE'] }],
    ['389', { objectClass: ['top'], vendorVersion: ['389-Directory/2.3.1 B2023.027.0000'] }],
  ])('%s compares first', async (_, root) => {
    expect(await seenAt(root)).toContain('Your password has expired.');
  });

  // Descendants of OpenDS say "expired" to any password.
  test.each([
    ['PingDirectory', { objectClass: ['top'], vendorVersion: ['PingDirectory Server 9.3.0.0'] }],
    ['a server that does not say', { objectClass: ['top'] }],
    ['a server that says it somewhere else', { objectClass: ['top', 'x OpenLDAProotDSE'] }],
    ['a root entry that is not text', { objectClass: [Buffer.from([0xff])] }],
    ['a root entry that is hidden', {}],
  ])('attack: guesses at names where %s answers', async (_, root) => {
    expect(await seenAt(root)).toBeUndefined();
  });

  test('and an entry with another name is not the root', async () => {
    expect(await seenAt({ objectClass: ['OpenLDAProotDSE'] }, jane)).toBeUndefined();
  });
});
