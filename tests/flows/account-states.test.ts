/** An account that the directory has closed for now: what its owner reads, what a guesser reads, and what tokens do. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, suffix, uidPerson, unit } from '../support/directory-tree.ts';
import { client, type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser, type Page, textOf } from '../support/http-browser.ts';
import { type LdifAttributes, ldifEntry } from '../support/ldif.ts';
import { type Answer, post } from '../support/oidc-flow.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { begin, reasonOf, typePassword } from '../support/sign-in-steps.ts';

const people = `ou=People,${suffix}`;
const passwordChangeUrl = 'https://password.example.org/?from=gatehouse&lang=en';

const person = (name: string, more: LdifAttributes = {}) => uidPerson(name, passwordOf(name), people, more);
const ldif = [
  root,
  unit('People'),
  ldifEntry(`cn=policy,${suffix}`, {
    objectClass: ['device', 'pwdPolicy'],
    cn: 'policy',
    pwdAttribute: 'userPassword',
    pwdMaxAge: '86400',
  }),
  person('dora'),
  person('emil'),
  person('oldie', { pwdChangedTime: '20200101000000Z' }),
].join('');

let directory: OpenLdap;
let house: House;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif,
    modules: 'moduleload ppolicy',
    settings: `overlay ppolicy\nppolicy_default "cn=policy,${suffix}"`,
  });
  house = await openHouse({
    config: {
      tokens: { upstreamCheck: '0s', refreshGrace: '0s' },
      connectors: [{ id: 'corp', type: 'ldap', config: ldapConfig() }],
      clients: [
        client('kubernetes', {
          ...{ public: true, native: true, connectors: ['corp'] },
          redirectUris: ['http://127.0.0.1:8000/callback'],
        }),
      ],
    },
    env: { LDAP_PASSWORD: directory.adminPassword },
  });
});
afterAll(async () => {
  await house?.close();
  await directory?.stop();
});

function ldapConfig() {
  return {
    preset: 'openldap',
    host: `127.0.0.1:${directory.port}`,
    insecureNoTls: true,
    bindDn: directory.adminDn,
    bindPassword: { fromEnv: 'LDAP_PASSWORD' },
    userSearch: { baseDn: people },
    groupSearch: { baseDn: suffix },
    passwordChangeUrl,
  };
}

async function attempt(name: string, password = passwordOf(name)): Promise<Page> {
  const browser = new HttpBrowser();
  return await typePassword(browser, await begin(house, 'kubernetes', browser), name, password);
}

async function refresh(token: string | undefined): Promise<Answer> {
  return await post(house, '/token', {
    ...{ grant_type: 'refresh_token', client_id: 'kubernetes' },
    refresh_token: token ?? '',
  });
}

describe('a password that has expired', () => {
  test('is named to whoever knows it, with a link to where it is changed', async () => {
    const page = await attempt('oldie');
    expect(page.status).toBe(403);
    expect(reasonOf(page)).toBe('upstream_denied');
    expect(textOf(page)).toContain(
      `Your password has expired. Please change it at ${passwordChangeUrl} and sign in again.`,
    );
    const address = passwordChangeUrl.replace('&', '&amp;');
    expect(page.body).toContain(`<a href="${address}" rel="noreferrer">`);
  });

  test('looks like any other to whoever guesses', async () => {
    const [expired, fine, nobody] = [
      await attempt('oldie', 'guess'),
      await attempt('dora', 'guess'),
      await attempt('no-such-person', 'guess'),
    ];
    const seen = ({ status, body }: Page) => ({ status, alert: /role="alert"[^>]*>([^<]*)/.exec(body)?.[1] });
    expect(seen(expired)).toEqual({ status: 401, alert: 'That name and password do not match.' });
    expect(seen(fine)).toEqual(seen(expired));
    expect(seen(nobody)).toEqual(seen(expired));
  });
});

test('tokens of a disabled account end, and come again without a sign-in when it is enabled', async () => {
  const rp = await house.party('kubernetes');
  const token = (await rp.signIn('emil', passwordOf('emil'))).refresh_token;
  const lock = (change: string) =>
    directory.modify(`dn: uid=emil,${people}\nchangetype: modify\n${change}\n`);

  await lock('replace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z');
  const suspended = await refresh(token);
  expect(suspended.status).not.toBe(200);
  expect(suspended.json.id_token).toBeUndefined();

  await lock('delete: pwdAccountLockedTime');
  expect((await refresh(token)).status).toBe(200);
});
