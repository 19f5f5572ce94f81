/** The two ways to stand on a network: TLS of our own, and behind a proxy that ends it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { freePort } from '../support/free-port.ts';
import { appRedirect, appSecret, type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser, type Page, textOf } from '../support/http-browser.ts';
import { navigator, rawBytes } from '../support/raw-http.ts';
import { fetchTrusting } from '../support/relying-party.ts';
import { typePassword } from '../support/sign-in-steps.ts';

describe('with TLS of our own', () => {
  let house: House;
  let certificates: Certificates;
  let folder: string;
  beforeAll(async () => {
    certificates = await makeCertificates(['127.0.0.1']);
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-tls-'));
    const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
    await writeFile(tls.cert, certificates.cert);
    await writeFile(tls.key, certificates.key, { mode: 0o600 });
    const port = await freePort();
    const { ca } = certificates;
    house = await openHouse({ port, issuer: `https://127.0.0.1:${port}`, ca, config: { listen: { tls } } });
  });
  afterAll(async () => {
    await house.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('a person signs in, and a client refreshes', async () => {
    const rp = await house.party('kubernetes');
    const tokens = await rp.signIn('alice', passwordOf('alice'));
    expect(tokens.claims()).toMatchObject({ iss: house.issuer, groups: ['admins', 'dev'] });
    expect((await rp.refresh(tokens.refresh_token ?? '')).id_token).toBeTruthy();
  });

  test('every cookie is for this host and for TLS alone', async () => {
    const lines: string[] = [];
    const trusting = fetchTrusting(certificates.ca);
    const browser = new HttpBrowser(async (url, init) => {
      const response = await trusting(url, init);
      lines.push(...response.headers.getSetCookie());
      return response;
    });
    const { url } = await (await house.party('app')).authorization();
    const form = await browser.go(url);
    await typePassword(browser, form, 'alice');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(/; *secure/i);
    expect(browser.cookieNames()).toContain('__Host-gatehouse_session');
  });

  // Attack: somebody on the wire talks to the port without TLS, and hopes for an answer.
  test('nothing is said to who speaks without it', async () => {
    const { host } = new URL(house.issuer);
    const answer = await rawBytes(house.issuer, `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(answer).not.toMatch(/HTTP\/1\.1 200/);
  });
});

describe('behind a proxy, below a path', () => {
  const issuer = 'https://login.localhost/sso';
  let house: House;
  let origin: string;
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    const perAccount = { tries: 3, window: '5m' };
    const perAddress = { tries: 5, window: '5m' };
    house = await openHouse({
      port,
      issuer,
      config: { trustedProxies: ['127.0.0.1'], limits: { passwordAttempts: { perAccount, perAddress } } },
    });
  });
  afterAll(() => house.close());

  /** The browser of somebody at this address; the proxy says what it saw. */
  function person(address: string, headers: Record<string, string> = {}): HttpBrowser {
    const forwarded = { 'x-forwarded-for': address, 'x-forwarded-proto': 'https' };
    return new HttpBrowser(navigator({ origin, headers: { ...forwarded, ...headers } }));
  }

  const authorize = `${issuer}/auth?${new URLSearchParams({
    client_id: 'app',
    redirect_uri: appRedirect,
    response_type: 'code',
    scope: 'openid groups',
    state: 'of-the-application',
  })}`;

  async function attempt(browser: HttpBrowser, name: string, password = passwordOf(name)) {
    return await typePassword(browser, await browser.go(authorize), name, password);
  }

  test('a person signs in, and the client gets its token', async () => {
    const browser = person('203.0.113.1');
    const { location } = await attempt(browser, 'alice');
    expect(location?.searchParams.get('iss')).toBe(issuer);
    const form = {
      grant_type: 'authorization_code',
      code: location?.searchParams.get('code') ?? '',
      redirect_uri: appRedirect,
      client_id: 'app',
      client_secret: appSecret,
    };
    const answer = await person('203.0.113.2').request(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(answer.status).toBe(200);
    const [, payload = ''] = String(JSON.parse(answer.body).id_token).split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ iss: issuer });
    expect(browser.cookieNames()).toContain('__Secure-gatehouse_session');
  });

  test('browsers are told to stay with TLS', async () => {
    const page = await person('203.0.113.4').go(authorize);
    expect(page.headers.get('strict-transport-security')).toMatch(/max-age=\d{7,}/);
  });

  test('every address that a page or document names is the issuer’s', async () => {
    const discovery = await person('203.0.113.3').request(`${issuer}/.well-known/openid-configuration`);
    for (const [name, value] of Object.entries(JSON.parse(discovery.body) as Record<string, unknown>)) {
      if (typeof value === 'string') expect(value.startsWith(issuer), name).toBe(true);
    }
    const page = await person('203.0.113.3').go(authorize);
    for (const [, address] of page.body.matchAll(/(?:href|src|action)="([^"]+)"/g)) {
      expect(address).toMatch(/^\/sso\//);
    }
  });

  test('addresses are those that the proxy saw: guessing is stopped for one, and not for the next', async () => {
    const tries: Page[] = [];
    for (let n = 0; n < 7; n += 1) tries.push(await attempt(person('203.0.113.10'), `person-${n}`, 'x'));
    expect(tries.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await attempt(person('203.0.113.11'), 'bob')).location?.searchParams.has('code')).toBe(true);
  });

  // Attack: the guesser writes an X-Forwarded-For of their own, to which the proxy appends what it saw.
  test('what stands further left than the proxy wrote is not believed', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      const browser = person(`198.51.100.${n}, 203.0.113.20`);
      statuses.push((await attempt(browser, `somebody-${n}`, 'x')).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  test('a proxy that ends TLS and does not say so is told what is missing', async () => {
    const page = await person('203.0.113.30', { 'x-forwarded-proto': 'http' }).request(authorize);
    expect(page.status).toBe(400);
    expect(textOf(page)).toContain('X-Forwarded-Proto');
  });

  test('nothing is served outside the path, but for the probes', async () => {
    for (const path of ['/', '/auth', '/token', '/keys', '/.well-known/openid-configuration', '/login/x']) {
      const page = await person('203.0.113.31').request(`https://login.localhost${path}`);
      expect(page.status, path).toBe(404);
    }
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
  });
});
