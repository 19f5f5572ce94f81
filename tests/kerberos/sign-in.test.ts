/** A whole Gatehouse, a real KDC and directory, and the programs that people have: Chromium and curl. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeJwt } from 'jose';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchProfile } from '../support/chromium.ts';
import { exampleDirectory } from '../support/example-directory.ts';
import { freePort } from '../support/free-port.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { type Kerberos, startKerberos } from '../support/kerberos.ts';
import type { LoggedIn } from '../support/kerberos-computer.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';
import { until } from '../support/until.ts';
import { startWebSite, type WebSite } from '../support/web-site.ts';

const run = promisify(execFile);
const realm = 'EXAMPLE.TEST';
const people = 'ou=people,dc=example,dc=com';

let kdc: Kerberos;
let directory: OpenLdap;
let house: House;
let app: WebSite;
let folder: string;
let jane: LoggedIn;
let mallory: LoggedIn;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-kerberos-'));
  [kdc, directory, app] = await Promise.all([
    startKerberos({ realms: [realm] }),
    startOpenLdap({ ldif: exampleDirectory, suffix: 'dc=example,dc=com' }),
    startWebSite(() => '<!doctype html><title>App</title><h1>The application</h1>'),
  ]);
  for (const name of ['jane', 'mallory']) await kdc.administer(realm, `addprinc -pw secret ${name}`);
  [jane, mallory] = [
    await kdc.logIn(`jane@${realm}`, 'secret'),
    await kdc.logIn(`mallory@${realm}`, 'secret'),
  ];
  await writeFile(join(folder, 'ca.pem'), directory.ca);
  const redirectUris = [`${app.origin}/callback`];
  const port = await freePort();
  house = await openHouse({
    port,
    issuer: `http://localhost:${port}`,
    config: {
      connectors: [await corp()],
      clients: [
        client('app', { name: 'Portal', secrets: [{ fromEnv: 'APP_SECRET' }], redirectUris }),
        client('kubernetes', { name: 'kubectl', public: true, native: true, redirectUris }),
      ],
    },
    env: { LDAP_PASSWORD: directory.adminPassword },
  });
});

afterAll(async () => {
  await house?.close();
  await Promise.all([directory?.stop(), kdc?.stop(), app?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

async function corp() {
  return {
    id: 'corp',
    type: 'ldap',
    name: 'Example directory',
    config: {
      preset: 'openldap',
      host: `localhost:${directory.ldapsPort}`,
      ca: { fromFile: join(folder, 'ca.pem') },
      bindDn: directory.adminDn,
      bindPassword: { fromEnv: 'LDAP_PASSWORD' },
      userSearch: { baseDn: people },
      groupSearch: { baseDn: 'ou=groups,dc=example,dc=com' },
      kerberos: {
        keytab: await kdc.keytab(realm, ['HTTP/localhost']),
        service: 'HTTP/localhost',
        realms: { [realm]: people },
        askFirst: ['127.0.0.0/8', '::1'],
      },
    },
    rules: { require: { anyGroup: ['staff'] } },
  };
}

const party = (id = 'app') => house.party(id, `${app.origin}/callback`);

/** Somebody with a computer of the domain, whose browser trusts this host; or anybody else. */
async function withChromium(person: LoggedIn | undefined, use: (page: Page) => Promise<void>): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'gatehouse-chromium-'));
  const trusted = person === undefined ? [] : ['--auth-server-allowlist=localhost'];
  const context = await launchProfile(profile, trusted, person?.env);
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    if (person !== undefined) await untilItShowsTickets(page);
    await use(page);
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

/** With a fresh profile Chromium answers before it has read which hosts it trusts. */
async function untilItShowsTickets(page: Page): Promise<void> {
  const probe = createServer(({ headers: { authorization } }, response) => {
    response.writeHead(authorization === undefined ? 401 : 200, { 'WWW-Authenticate': 'Negotiate' }).end('!');
  }).listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = `http://localhost:${(probe.address() as AddressInfo).port}/`;
  await until('a ticket from Chromium', async () => (await page.goto(address))?.status() === 200);
  probe.close();
}

describe('Chromium on a computer of the domain', () => {
  test('signs in without a page, with the groups, and the token says how', async () => {
    await withChromium(jane, async (page) => {
      const rp = await party();
      const authorization = await rp.authorization();
      await page.goto(authorization.url.href);
      expect(await page.textContent('h1')).toBe('The application');
      const end = { status: 303, url: new URL(page.url()), body: '', headers: new Headers() };
      const tokens = await rp.exchange(authorization, { ...end, location: new URL(page.url()) });
      const claims = decodeJwt(tokens.id_token ?? '');
      expect(claims).toMatchObject({ preferred_username: 'jane', amr: ['wia'] });
      expect(claims.groups).toContain('staff');
    });
  });

  test('shows the form to who has signed out, and to who must be asked, and signs in by the link', async () => {
    await withChromium(jane, async (page) => {
      const rp = await party();
      await page.goto((await rp.authorization()).url.href);
      expect(await page.textContent('h1')).toBe('The application');
      for (const parameters of [{ prompt: 'login' }, { max_age: '36000' }]) {
        await page.goto((await rp.authorization(parameters)).url.href);
        expect(await page.isVisible('#password')).toBe(true);
        expect(await page.isVisible('text=this computer')).toBe(false);
      }
      await page.goto((await rp.authorization({ prompt: 'select_account' })).url.href);
      expect([await page.isVisible('#password'), await page.isVisible('text=this computer')]).toEqual([
        true,
        true,
      ]);
      await page.goto(`${house.issuer}/logout`);
      await page.click('button:has-text("Sign out")');
      await page.waitForURL(`${house.issuer}/**`);
      await page.goto((await rp.authorization()).url.href);
      expect(await page.isVisible('#password')).toBe(true);
      await page.click('text=this computer');
      expect(await page.textContent('h1')).toBe('The application');
    });
  });

  test('asks for a click where any process could have asked', async () => {
    await withChromium(jane, async (page) => {
      await page.goto((await (await party('kubernetes')).authorization()).url.href);
      expect(await page.isVisible('#password')).toBe(false);
      expect(await page.textContent('body')).toContain('Jane Doe');
      await page.click('button:has-text("Continue")');
      expect(await page.textContent('h1')).toBe('The application');
    });
  });

  test('leads whom a rule keeps out to the form, where somebody else can sign in', async () => {
    await withChromium(mallory, async (page) => {
      await page.goto((await (await party()).authorization()).url.href);
      expect(await page.textContent('body')).toContain('not allowed');
      await page.click('text=Try again');
      await page.fill('#login', 'jane');
      await page.fill('#password', 'jane-secret');
      await page.click('#submit-login');
      expect(await page.textContent('h1')).toBe('The application');
    });
  });
});

describe('a browser that has no ticket, or does not trust this host', () => {
  test('shows the form at once, without a dialog', async () => {
    await withChromium(undefined, async (page) => {
      const dialogs: string[] = [];
      page.on('dialog', (dialog) => dialogs.push(dialog.message()));
      await page.goto((await (await party()).authorization()).url.href);
      expect(await page.isVisible('#password')).toBe(true);
      await page.fill('#login', 'jane');
      await page.fill('#password', 'jane-secret');
      await page.click('#submit-login');
      expect(await page.textContent('h1')).toBe('The application');
      expect(dialogs).toEqual([]);
    });
  });
});

describe('curl', () => {
  const curl = async (person: LoggedIn, url: URL) => {
    const jar = join(folder, `${Math.random()}.jar`);
    const words = ['-sS', '-L', '-o', '/dev/null', '-w', '%{url_effective}', '-b', jar, '-c', jar];
    return (await run('curl', [...words, '--negotiate', '-u', ':', url.href], { env: person.env })).stdout;
  };

  test('comes back to the application with a code, and shows its tickets everywhere on the way', async () => {
    const end = new URL(await curl(jane, (await (await party()).authorization()).url));
    expect(end.origin).toBe(app.origin);
    expect(end.searchParams.get('code')).toMatch(/./);
  });
});

test('Attack: a ticket seen on the way is shown in another browser, which has begun a sign-in of its own.', async () => {
  const token = `Negotiate ${(await jane.token()).toString('base64')}`;
  const show = async () => {
    const browser = new HttpBrowser();
    const { url } = await (await party()).authorization();
    const question = await browser.go(url);
    expect([question.status, question.headers.get('www-authenticate')]).toEqual([401, 'Negotiate']);
    return await browser.request(question.url, { headers: { authorization: token } });
  };
  expect((await show()).status).toBe(303);
  const again = await show();
  expect([again.status, again.body.includes('id="submit-login"')]).toEqual([200, true]);
  expect(house.gatehouse.output()).toMatch(/ticket refused/);
});

test('the tickets themselves are in no line of the log', async () => {
  const token = (await jane.token()).toString('base64');
  const browser = new HttpBrowser();
  const question = await browser.go((await (await party()).authorization()).url);
  await browser.request(question.url, { headers: { authorization: `Negotiate ${token}` } });
  expect(house.gatehouse.output()).toContain('signed in');
  expect(house.gatehouse.output()).not.toContain(token.slice(100, 140));
});

test('ends with Gatehouse: the process that checks tickets is not left behind', async () => {
  const { stdout } = await run('ps', ['--ppid', String(house.gatehouse.process.pid), '-o', 'pid=,args=']);
  const [line] = stdout.split('\n').filter((text) => text.includes('acceptor-process'));
  const pid = Number(line?.trim().split(' ')[0]);
  expect(pid).toBeGreaterThan(1);
  await house.gatehouse.kill();
  await until('the end of the process', async () => {
    const { stdout: state } = await run('ps', ['-p', String(pid), '-o', 'stat=']).catch(() => ({
      stdout: 'Z',
    }));
    return state.startsWith('Z');
  });
});
