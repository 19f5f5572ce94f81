/** What a real 389 Directory Server says about an account, and what a person, the log and a session have of it. */
import { ConnectorError } from '@gatehouse/connector-kit';
import { type TestCall, testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ds389, dsSuffix, startDs389 } from '../support/ds389.ts';
import { type LdapConnector, openLdapConnector } from '../support/ldap-connector.ts';
import { ldifEntry, ldifReplace } from '../support/ldif.ts';

const people = `ou=People,${dsSuffix}`;
const dn = (name: string) => `uid=${name},${people}`;
const wrongPassword = 'That name and password do not match.';

const configuration = ldifReplace('cn=config', {
  ...{ passwordExp: 'on', passwordMaxAge: '86400', passwordMustChange: 'on', passwordGraceLimit: '1' },
  ...{
    passwordLockout: 'on',
    passwordMaxFailure: '3',
    passwordUnlock: 'on',
    passwordLockoutDuration: '3600',
  },
});

/** Whoever comes from the administrator has to change the password first: these have done so long ago. */
const settled = { passwordExpirationTime: '20990101000000Z' };
const accounts: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jane: settled,
  expired: { passwordExpirationTime: '20200101000000Z', passwordGraceUserTime: '1' },
  grace: { passwordExpirationTime: '20200101000000Z' },
  'must-change': { passwordExpirationTime: '19700101000000Z' },
  inactivated: { ...settled, nsAccountLock: 'true' },
  lockee: settled,
  leaver: settled,
};

let directory: Ds389;
let connector: LdapConnector;
beforeAll(async () => {
  const person = (uid: string, status: Readonly<Record<string, string>>) =>
    ldifEntry(dn(uid), {
      objectClass: 'inetOrgPerson',
      uid,
      cn: uid,
      sn: uid,
      userPassword: `${uid}-secret`,
    }) + ldifReplace(dn(uid), status);
  directory = await startDs389({
    configuration,
    ldif: [
      ldifEntry(dsSuffix, { objectClass: 'domain', dc: 'example' }),
      ldifEntry(people, { objectClass: 'organizationalUnit', ou: 'People' }),
      ...Object.entries(accounts).map(([uid, status]) => person(uid, status)),
    ].join(''),
  });
  connector = await open();
}, 120_000);
afterAll(async () => {
  await connector?.close();
  await directory?.stop();
});

function open(more: Readonly<Record<string, unknown>> = {}): Promise<LdapConnector> {
  return openLdapConnector({
    preset: '389ds',
    host: `127.0.0.1:${directory.ldapsPort}`,
    ca: directory.ca,
    ...{ bindDn: directory.adminDn, bindPassword: directory.adminPassword },
    userSearch: { baseDn: people, filter: '(objectClass=inetOrgPerson)' },
    ...more,
  });
}

/** What the person sees, and what the log has. */
async function attempt(name: string, password = `${name}-secret`, call: TestCall<never> = testCall()) {
  try {
    const identity = await connector.signIn(name, password, call);
    return { seen: identity === null ? wrongPassword : 'signed in', logged: call.logged };
  } catch (error) {
    if (!ConnectorError.is(error) || error.code !== 'denied') throw error;
    return { seen: error.personMessage ?? wrongPassword, reason: error.message, logged: call.logged };
  }
}

const advice = 'Please change it on your computer, or ask your administrator.';

describe('with the right password', () => {
  test.each([
    ['jane', 'signed in', ''],
    ['expired', `Your password has expired. ${advice}`, 'password policy error 0'],
    [
      'must-change',
      `Your password has to be changed before you can sign in. ${advice}`,
      'password policy error 2',
    ],
    // Refused before the password is looked at.
    ['inactivated', wrongPassword, 'unwillingToPerform'],
  ])('%s sees: %s', async (name, seen, reason) => {
    const found = await attempt(name);
    expect(found.seen).toBe(seen);
    expect(found.reason ?? '').toContain(reason);
  });

  test('a grace login is let in and logged, until there is none left', async () => {
    const last = await attempt('grace');
    expect(last.seen).toBe('signed in');
    expect(last.logged).toContainEqual(
      expect.objectContaining({ fields: { person: dn('grace'), graceLogins: 0 } }),
    );
    expect((await attempt('grace')).seen).toContain('Your password has expired.');
  });
});

describe('attack: the answer to a guess tells which accounts exist, and how they are', () => {
  test.each([...Object.keys(accounts), 'nobody'])(
    'with a wrong password, %s looks like everybody else',
    async (name) => {
      expect((await attempt(name, 'guess')).seen).toBe(wrongPassword);
    },
  );
});

describe('a refresh', () => {
  test('of somebody whose account is inactivated is over, and back when it is not', async () => {
    const before = await connector.someone('leaver');
    await directory.modify(ldifReplace(dn('leaver'), { nsAccountLock: 'true' }));
    expect(await connector.refresh(before)).toMatchObject({
      ...{ status: 'gone', proof: 'stated' },
      reason: expect.stringContaining('account disabled ("nsAccountLock"'),
    });
    await directory.modify(ldifReplace(dn('leaver'), { nsAccountLock: 'false' }));
    expect(await connector.refresh(before)).toMatchObject({ status: 'current' });
  });

  test('Attack: guessing until somebody is locked, to end their sessions. They keep them, but for `onLocked: refuse`.', async () => {
    const before = await connector.someone('lockee');
    for (const guess of ['guess 1', 'guess 2', 'guess 3', 'guess 4']) await attempt('lockee', guess);
    const { seen, reason } = await attempt('lockee');
    expect(seen).toBe(wrongPassword);
    expect(reason).toContain('constraintViolation');
    expect(await connector.refresh(before)).toMatchObject({ status: 'current' });

    const strict = await open({ onLocked: 'refuse' });
    try {
      expect(await strict.refresh(before)).toMatchObject({
        ...{ status: 'gone', proof: 'stated' },
        reason: expect.stringContaining('account locked ("accountUnlockTime"'),
      });
    } finally {
      await strict.close();
    }
  });
});
