import { ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { type LdifAttributes, ldifEntry } from '../../../../tests/support/ldif.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import type { State } from '../people/identity.ts';
import { openConnector, secureConfig } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const policies = `ou=Policies,${suffix}`;
const dn = (name: string) => `cn=${name},${people}`;
const passwordChangeUrl = 'https://password.example.org/';

function policy(name: string, rules: LdifAttributes): string {
  const classes = { objectClass: ['device', 'pwdPolicy'], cn: name, pwdAttribute: 'userPassword' };
  return ldifEntry(`cn=${name},${policies}`, { ...classes, ...rules });
}

/** Everybody's password is their name and `-secret`. */
const somebody = (name: string, attributes: LdifAttributes = {}) =>
  person(name, `${name}-secret`, people, { uid: name, ...attributes });

const old = { pwdChangedTime: '20200101000000Z' };
const ldif = [
  root,
  unit('People'),
  unit('Policies'),
  policy('default', {
    ...{ pwdMaxAge: '86400', pwdMustChange: 'TRUE', pwdLockout: 'TRUE', pwdMaxFailure: '3' },
  }),
  policy('grace', { pwdMaxAge: '86400', pwdGraceAuthNLimit: '2' }),
  policy('warning', { pwdMaxAge: '2147483000', pwdExpireWarning: '2147483000' }),
  somebody('fine'),
  somebody('expired', old),
  somebody('grace', { ...old, pwdPolicySubentry: `cn=grace,${policies}` }),
  somebody('expiring', { ...old, pwdPolicySubentry: `cn=warning,${policies}` }),
  somebody('must-change', { pwdReset: 'TRUE' }),
  somebody('locked', { pwdAccountLockedTime: '20200101000000Z' }),
  somebody('disabled', { pwdAccountLockedTime: '000001010000Z' }),
  somebody('ended', { pwdEndTime: '20200101000000Z' }),
  somebody('later', { pwdStartTime: '20990101000000Z' }),
  somebody('shadow', {
    ...{ objectClass: ['inetOrgPerson', 'shadowAccount'], shadowExpire: '18000' },
  }),
  somebody('garbled', { objectClass: ['inetOrgPerson', 'shadowAccount'] }),
  ...['guessed', 'leaver', 'ender', 'lockee', 'stale'].map((name) => somebody(name)),
].join('');

let directory: OpenLdap;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif,
    modules: 'moduleload ppolicy',
    settings: `overlay ppolicy\nppolicy_default "cn=default,${policies}"\nppolicy_use_lockout`,
  });
});
afterAll(() => directory.stop());

function open(more: Readonly<Record<string, unknown>> = {}) {
  const userSearch = { baseDn: people, username: 'uid' };
  return openConnector({ ...secureConfig(directory), userSearch, passwordChangeUrl, ...more });
}

/** What the person sees, and what the log has. */
async function attempt(name: string, password = `${name}-secret`, connector = open()) {
  const call = testCall();
  if (connector.login.kind !== 'password') throw new Error('not a password connector');
  try {
    const identity = await connector.login.verify({ username: name, password }, call);
    return { seen: identity === null ? wrongPassword : 'signed in', identity, logged: call.logged };
  } catch (error) {
    if (!ConnectorError.is(error) || error.code !== 'denied') throw error;
    return { seen: error.personMessage ?? wrongPassword, reason: error.message, logged: call.logged };
  }
}

/** `denied` without a sentence is shown in the same words as null. */
const wrongPassword = 'That name and password do not match.';

async function signedIn(name: string): Promise<Identity<State>> {
  const { identity } = await attempt(name);
  if (identity === undefined || identity === null) throw new Error(`${name} cannot sign in`);
  return identity;
}

const refresh = (identity: Identity<State>, connector = open()) => connector.refresh?.(identity, testCall());
const change = (name: string, change: string) =>
  directory.modify(`dn: ${dn(name)}\nchangetype: modify\n${change}\n`);

describe("OpenLDAP's password policy: with the right password", () => {
  test.each([
    ['fine', 'signed in'],
    ['expiring', 'signed in'],
    ['expired', `Your password has expired. Please change it at ${passwordChangeUrl} and sign in again.`],
    [
      'must-change',
      `Your password has to be changed before you can sign in. Please change it at ${passwordChangeUrl} and sign in again.`,
    ],
    // OpenLDAP refuses these before it looks at the password.
    ['locked', wrongPassword],
    ['disabled', wrongPassword],
    ['ended', wrongPassword],
    ['later', wrongPassword],
    // And these it lets in: its entries are nevertheless read.
    ['shadow', 'Your account has expired. Please ask your administrator.'],
  ])('%s sees: %s', async (name, seen) => {
    expect((await attempt(name)).seen).toBe(seen);
  });

  test.each([
    ['expired', 'password expired (invalidCredentials, password policy error 0)'],
    ['must-change', 'password to be changed (success with the password policy error 2)'],
    ['locked', 'password policy error 1'],
    ['disabled', 'password policy error 1'],
    ['shadow', 'account expired ("shadowExpire" of the entry)'],
  ])('the log of %s says: %s', async (name, reason) => {
    const { reason: logged } = await attempt(name);
    expect(logged).toContain(dn(name));
    expect(logged).toContain(reason);
  });

  test('the trace has it, too, and not the password', async () => {
    const call = testCall();
    const { login } = open();
    if (login.kind !== 'password') throw new Error('not a password connector');
    for (const name of ['expired', 'shadow']) {
      await expect(login.verify({ username: name, password: `${name}-secret` }, call)).rejects.toMatchObject({
        code: 'denied',
      });
    }
    expect(call.steps).toContainEqual({
      name: 'ldap password',
      facts: expect.objectContaining({
        person: dn('expired'),
        verdict: 'refused',
        state: 'password expired',
      }),
    });
    expect(call.steps).toContainEqual({
      name: 'ldap account',
      facts: { person: dn('shadow'), states: ['account expired ("shadowExpire" of the entry)'] },
    });
    expect(JSON.stringify(call.steps)).not.toContain('-secret');
  });

  test('a grace login is let in and logged, until there is none left', async () => {
    const first = await attempt('grace');
    expect(first.seen).toBe('signed in');
    expect(first.logged).toContainEqual(
      expect.objectContaining({ level: 'warn', fields: { person: dn('grace'), graceLogins: 1 } }),
    );
    expect((await attempt('grace')).seen).toBe('signed in');
    expect((await attempt('grace')).seen).toContain('Your password has expired.');
  });
});

describe('attack: the answer to a guess tells which names exist', () => {
  const names = ['fine', 'expired', 'must-change', 'grace', 'disabled', 'ended', 'later', 'shadow', 'nobody'];
  test.each(names)('with a wrong password, %s looks like everybody else', async (name) => {
    expect((await attempt(name, 'guess')).seen).toBe(wrongPassword);
  });

  test('a lock by guessing looks like a wrong password, also to the one who knows the right one', async () => {
    for (let guess = 0; guess < 4; guess += 1) {
      expect((await attempt('guessed', `guess ${guess}`)).seen).toBe(wrongPassword);
    }
    const { seen, reason } = await attempt('guessed');
    expect(seen).toBe(wrongPassword);
    expect(reason).toContain('password policy error 1');
  });
});

describe('a refresh', () => {
  test.each([
    ['leaver', 'pwdAccountLockedTime', '000001010000Z', 'account disabled'],
    ['ender', 'pwdEndTime', '20200101000000Z', 'account expired'],
  ])('of %s is over when the administrator writes %s: %s', async (name, attribute, value, state) => {
    const before = await signedIn(name);
    await change(name, `replace: ${attribute}\n${attribute}: ${value}`);
    expect(await refresh(before)).toEqual({
      ...{ status: 'gone', proof: 'stated' },
      reason: `${dn(name)}: ${state} ("${attribute}" of the entry)`,
    });
    await change(name, `delete: ${attribute}`);
    expect(await refresh(before)).toMatchObject({ status: 'current' });
  });

  test('Attack: guessing until somebody is locked, to end their sessions. They keep them.', async () => {
    const before = await signedIn('lockee');
    for (let guess = 0; guess < 4; guess += 1) await attempt('lockee', `guess ${guess}`);
    expect((await attempt('lockee')).seen).toBe(wrongPassword);
    expect(await refresh(before)).toMatchObject({ status: 'current' });
  });

  test('of somebody who is locked is over with `onLocked: refuse`, until the lock is gone', async () => {
    const strict = open({ onLocked: 'refuse' });
    const before = await signedIn('stale');
    await change('stale', 'replace: pwdAccountLockedTime\npwdAccountLockedTime: 20200101000000Z');
    expect(await refresh(before, strict)).toMatchObject({
      ...{ status: 'gone', proof: 'stated' },
      reason: expect.stringContaining('account locked'),
    });
    await change('stale', 'delete: pwdAccountLockedTime');
    expect(await refresh(before, strict)).toMatchObject({ status: 'current' });
  });

  test('of somebody whose password has expired in the meantime goes on', async () => {
    const before = await signedIn('fine');
    await change('fine', 'replace: pwdReset\npwdReset: TRUE');
    expect((await attempt('fine')).seen).toContain('Your password has to be changed');
    expect(await refresh(before)).toMatchObject({ status: 'current' });
  });

  test('cannot go by a value that cannot be read', async () => {
    const before = await signedIn('garbled');
    await change('garbled', 'replace: shadowExpire\nshadowExpire: 99999999999999999999');
    await expect(refresh(before)).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(attempt('garbled')).rejects.toMatchObject({
      code: 'misconfigured',
      personMessage: undefined,
    });
  });
});
