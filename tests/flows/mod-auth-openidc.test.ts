/** Debian's mod_auth_openidc as a client: it lets a group in, and nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { appSecret, client, type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { type ModAuthOpenidc, redirectUriOf, startModAuthOpenidc } from '../support/mod-auth-openidc.ts';
import { navigator } from '../support/raw-http.ts';

let house: House;
let apache: ModAuthOpenidc;

beforeAll(async () => {
  const port = await freePort();
  const wiki = client('wiki', {
    secrets: [{ fromEnv: 'APP_SECRET' }],
    connectors: ['corp'],
    redirectUris: [redirectUriOf(port)],
  });
  house = await openHouse({ config: { clients: [wiki] } });
  const { issuer } = house;
  apache = await startModAuthOpenidc({
    port,
    issuer,
    clientId: 'wiki',
    clientSecret: appSecret,
    group: 'admins',
  });
});

afterAll(async () => {
  await apache?.stop();
  await house.close();
});

/** Opens a page there, and signs in on the way. */
async function open(path: string, name: string) {
  const browser = new HttpBrowser(navigator());
  const form = await browser.go(apache.origin + path);
  expect(form.url.origin, `${form.status} ${form.body}\n${await apache.log()}`).toBe(house.issuer);
  const page = await browser.submit(form, { login: name, password: passwordOf(name) });
  return { browser, page };
}

test('a member of the group gets in, under their own name', async () => {
  const { page } = await open('/admins/', 'alice');
  expect(page.status).toBe(200);
  expect(page.url.href).toBe(`${apache.origin}/admins/`);
  expect(page.body).toBe('for administrators');
  expect(page.headers.get('x-remote-user')).toBe('alice@example.com');
});

test('somebody else is signed in, and kept out of that page', async () => {
  const { page, browser } = await open('/admins/', 'bob');
  expect([401, 403]).toContain(page.status);
  expect(page.body).not.toContain('for administrators');
  const other = await browser.go(`${apache.origin}/`);
  expect(other.status).toBe(200);
  expect(other.body).toBe('for everybody who is signed in');
});

test('the group is asked for again at the next sign-in', async () => {
  await house.behave({ people: { bob: { groups: ['admins'] } } });
  expect((await open('/admins/', 'bob')).page.status).toBe(200);
  await house.behave({});
  expect([401, 403]).toContain((await open('/admins/', 'bob')).page.status);
});

test('with a session here, the application asks nobody for a password', async () => {
  const { browser } = await open('/', 'carol');
  const without = new HttpBrowser(navigator());
  expect((await without.go(`${apache.origin}/`)).body).toContain('name="password"');
  expect((await browser.go(`${apache.origin}/`)).status).toBe(200);
});
