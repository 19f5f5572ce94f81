/** GLAuth: a directory that is not quite one, as small companies run them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Glauth, glauthSuffix, startGlauth } from '../support/glauth.ts';
import { type LdapConnector, openLdapConnector } from '../support/ldap-connector.ts';

let directory: Glauth;
let connector: LdapConnector;
beforeAll(async () => {
  directory = await startGlauth(
    [
      { name: 'service', uidNumber: 5001, primaryGroup: 6000, searches: true },
      { name: 'jane', uidNumber: 5002, primaryGroup: 6001, otherGroups: [6003] },
      { name: 'john', uidNumber: 5003, primaryGroup: 6001 },
      { name: 'leaver', uidNumber: 5004, primaryGroup: 6001, disabled: true },
    ],
    [
      { name: 'services', gidNumber: 6000 },
      { name: 'staff', gidNumber: 6001 },
      { name: 'vpn', gidNumber: 6002, includes: [6001] },
      { name: 'admins', gidNumber: 6003 },
    ],
  );
  connector = await openLdapConnector({
    host: `127.0.0.1:${directory.ldapsPort}`,
    ca: directory.ca,
    bindDn: `cn=service,ou=services,${glauthSuffix}`,
    bindPassword: 'service-secret',
    // The server itself lets in who is disabled.
    userSearch: {
      baseDn: glauthSuffix,
      username: ['uid', 'mail'],
      filter: '(&(objectClass=posixAccount)(accountStatus=active))',
    },
    // It has no other id; whoever gives a number to somebody else makes them the same person.
    attributes: { id: 'uidNumber' },
    groupSearch: {
      baseDn: glauthSuffix,
      filter: '(objectClass=posixGroup)',
      nameAttribute: 'ou',
      userMatchers: [{ userAttribute: 'uid', groupAttribute: 'memberUid' }],
    },
  });
}, 300_000);
afterAll(async () => {
  await connector?.close();
  await directory?.stop();
});

describe('a person of GLAuth', () => {
  test('signs in by name and by address, with their groups and those around them', async () => {
    const jane = await connector.signIn('jane', 'jane-secret');
    expect(jane).toMatchObject({
      username: 'jane',
      upstreamId: '5002',
      email: { address: 'jane@example.org' },
    });
    expect(jane?.groups.toSorted()).toEqual(['admins', 'staff', 'vpn']);
    expect(await connector.signIn('jane@example.org', 'jane-secret')).toEqual(jane);
  });

  test('has the same groups at a refresh', async () => {
    const john = await connector.someone('john');
    expect(john.groups.toSorted()).toEqual(['staff', 'vpn']);
    expect(await connector.refresh(john)).toEqual({ status: 'current', identity: john });
  });

  test.each([
    ['a wrong password', 'jane', 'wrong'],
    ['the password of somebody else', 'jane', 'john-secret'],
    ['a name that nobody has', 'nobody', 'jane-secret'],
    ['a pattern', 'j*', 'jane-secret'],
    ['an account that is disabled', 'leaver', 'leaver-secret'],
  ])('does not sign in with %s', async (_, name, password) => {
    expect(await connector.signIn(name, password)).toBeNull();
  });
});

test('GLAuth passes the check', async () => {
  expect((await connector.check()).filter(({ ok }) => !ok)).toEqual([]);
});
