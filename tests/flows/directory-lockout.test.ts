/** A directory that locks after some wrong passwords: nobody can be locked through Gatehouse who is not meant to be. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root, suffix, uidPerson, unit } from '../support/directory-tree.ts';
import { client, type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { openLdapConnector } from '../support/ldap-connector.ts';
import { ldifEntry } from '../support/ldif.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { begin, typePassword } from '../support/sign-in-steps.ts';

const people = `ou=People,${suffix}`;
const service = { bindDn: `uid=gatehouse,${people}`, bindPassword: passwordOf('gatehouse') };
const perAccount = 3;
const lockedAfter = 5;

const person = (name: string) => uidPerson(name, passwordOf(name), people);
const ldif = [
  root,
  unit('People'),
  ldifEntry(`cn=policy,${suffix}`, {
    objectClass: ['device', 'pwdPolicy'],
    cn: 'policy',
    pwdAttribute: 'userPassword',
    pwdLockout: 'TRUE',
    pwdMaxFailure: String(lockedAfter),
  }),
  ...['gatehouse', 'dora', 'emil'].map(person),
].join('');

let directory: OpenLdap;
let house: House;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif,
    modules: 'moduleload ppolicy',
    settings: `overlay ppolicy\nppolicy_default "cn=policy,${suffix}"\naccess to attrs=userPassword by anonymous auth\naccess to * by * read`,
  });
  house = await openHouse({
    config: {
      limits: { passwordAttempts: { perAccount: { tries: perAccount, window: '300s' } } },
      connectors: [
        { id: 'corp', type: 'ldap', config: { ...ldapConfig(), bindPassword: { fromEnv: 'LDAP_PASSWORD' } } },
      ],
      clients: [client('app', { public: true, connectors: ['corp'] })],
    },
    env: { LDAP_PASSWORD: service.bindPassword },
  });
});
afterAll(async () => {
  await house?.close();
  await directory?.stop();
});

function ldapConfig() {
  return {
    ...{ preset: 'openldap', host: `127.0.0.1:${directory.port}`, insecureNoTls: true, ...service },
    userSearch: { baseDn: people, username: ['uid', 'mail'] },
  };
}

async function attempt(name: string, password: string): Promise<number> {
  const browser = new HttpBrowser();
  return (await typePassword(browser, await begin(house, 'app', browser), name, password)).status;
}

async function guessAt(...names: readonly string[]): Promise<readonly number[]> {
  const seen: number[] = [];
  for (const name of names) {
    for (let n = 0; n < perAccount; n += 1) seen.push(await attempt(name, `guess-${n}`));
  }
  return [...new Set(seen)];
}

/** Past every limit of Gatehouse, as the directory itself sees it. */
async function isLocked(name: string): Promise<boolean> {
  const connector = await openLdapConnector({
    ...ldapConfig(),
    bindDn: directory.adminDn,
    bindPassword: directory.adminPassword,
  });
  const identity = await connector.signIn(name, passwordOf(name)).catch(() => null);
  await connector.close();
  return identity === null;
}

test('Attack: all tries for each name of one account, until the directory locks it. It sees no more than for one name.', async () => {
  expect(await guessAt('dora', 'dora@example.org')).toEqual([401]);
  expect(await isLocked('dora')).toBe(false);
  // Nobody is told which names are one account: not by the status, and not to who knows the password.
  expect(await guessAt('nobody', 'nobody@example.org')).toEqual([401]);
  expect(await attempt('emil', passwordOf('emil'))).toBe(303);
});

test('Attack: the service account is locked by typing its name, and nobody signs in any more. The directory sees none of it.', async () => {
  await guessAt('gatehouse', 'gatehouse@example.org');
  await house.sql('DELETE FROM rate_limits');
  await guessAt('gatehouse', 'gatehouse@example.org');
  expect(await isLocked('gatehouse')).toBe(false);
  expect(await attempt('emil', passwordOf('emil'))).toBe(303);
});
