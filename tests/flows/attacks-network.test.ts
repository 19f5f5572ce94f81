/** Attacks on the server as a server: names, proxies, sizes, bytes that are no text, requests that are no requests. */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appSecret, type House, openHouse, passwordOf } from '../support/house.ts';
import { formsOf, HttpBrowser } from '../support/http-browser.ts';
import { rawBytes, rawRequest } from '../support/raw-http.ts';
import { begin } from '../support/sign-in-steps.ts';

let house: House;
let host: string;
beforeAll(async () => {
  house = await openHouse();
  host = new URL(house.issuer).host;
});
afterAll(async () => {
  expect((await fetch(`${house.issuer}/readyz`)).status).toBe(200);
  await house.close();
});

const form = { 'content-type': 'application/x-www-form-urlencoded' };

describe('names', () => {
  // Attack: DNS rebinding. A web site whose name suddenly means 127.0.0.1 reads our pages as its own.
  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1',
    '127.0.0.1:1',
    '[::1]',
    '127.0.0.1.evil.example',
    'x y',
  ])('no page is shown to who asks for the host "%s"', async (name) => {
    for (const path of ['/', '/auth?client_id=app', '/login/x', '/logout', '/demo/sign-in', '/callback']) {
      const answer = await rawRequest(house.issuer, { path, headers: { host: name } });
      expect(answer.status).toBe(400);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(answer.headers.location).toBeUndefined();
      if (name.startsWith('evil')) expect(answer.body).not.toContain(name);
    }
  });

  // Attack: a poisoned host name ends up in a link, a redirect or the discovery document, and in caches.
  test('no header changes the address that we say we have', async () => {
    for (const headers of [
      { host, 'x-forwarded-host': 'evil.example' },
      { host, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-port': '443' },
      { host, forwarded: 'host=evil.example;proto=https' },
      {
        host,
        'x-original-host': 'evil.example',
        'x-host': 'evil.example',
        'x-forwarded-server': 'evil.example',
      },
      { host, 'x-original-url': '/evil', 'x-rewrite-url': '/evil', 'x-forwarded-prefix': '/evil' },
      { host: 'evil.example' },
    ]) {
      const path = '/.well-known/openid-configuration';
      const discovery = await rawRequest(house.issuer, { path, headers });
      if (discovery.status === 200) expect(JSON.parse(discovery.body).issuer).toBe(house.issuer);
      expect(discovery.body).not.toContain('evil');
      const { url } = await (await house.party('app')).authorization();
      const auth = await rawRequest(house.issuer, { path: url.pathname + url.search, headers });
      expect(String(auth.headers.location ?? '')).not.toContain('evil');
      expect(auth.body).not.toContain('evil.example');
    }
  });

  // Attack: "https" is claimed by whoever is not asked for it, so that cookies or checks change.
  test('X-Forwarded-Proto of a stranger is not believed', async () => {
    const headers = { host, 'x-forwarded-proto': 'https' };
    const answer = await rawRequest(house.issuer, { path: '/', headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  // Attack: the log names the address, or the request id, that the attacker wrote.
  test('addresses and request ids of strangers do not reach the log', async () => {
    const headers = { host, 'x-forwarded-for': '198.51.100.77', 'x-request-id': 'planted-request-id' };
    const answer = await rawRequest(house.issuer, { path: '/nothing', headers });
    expect(answer.headers['x-request-id']).not.toBe('planted-request-id');
    const id = String(answer.headers['x-request-id']);
    await expect.poll(() => house.gatehouse.output()).toContain(id);
    expect(house.gatehouse.output()).not.toMatch(/198\.51\.100\.77|planted-request-id/);
  });
});

/** What breaks parsers, databases and logs: NUL, bad UTF-8, a surrogate alone, line ends, bidi, noncharacters. */
const nasty = [
  '%00',
  'a%00b',
  '%ff%fe',
  '%c0%80',
  '%ed%a0%80',
  '%ed%bf%bf',
  '%f4%90%80%80',
  '%',
  '%zz',
  '%u0041',
  '%0d%0aX-Injected:%20yes',
  '%e2%80%ae',
  '%ef%bf%bf',
  '%f0%9f%92%a9',
  '%27%22%3E%3Cscript%3E',
  '%24%7Bjndi:x%7D',
  '{{7*7}}',
  '%5Cud800',
  '__proto__',
  'constructor',
  '[object%20Object]',
];

describe('no parameter makes the server fail', () => {
  const authorize = [
    ...[
      'client_id',
      'redirect_uri',
      'response_type',
      'response_mode',
      'scope',
      'state',
      'nonce',
      'prompt',
      'max_age',
    ],
    ...[
      'login_hint',
      'id_token_hint',
      'acr_values',
      'ui_locales',
      'connector_id',
      'code_challenge',
      'display',
    ],
    ...[
      'code_challenge_method',
      'claims',
      'request',
      'request_uri',
      'registration',
      'resource',
      'dpop_jkt',
      'unknown',
    ],
  ];

  test.each(nasty)('%s in every parameter of /auth', async (value) => {
    const { url } = await (await house.party('app')).authorization();
    for (const name of authorize) {
      url.searchParams.delete(name);
      const path = `/auth?${url.searchParams}&${name}=${value}`;
      expectCalm(await rawRequest(house.issuer, { path, headers: { host } }), `${name}=${value}`);
    }
  });

  test.each(nasty)('%s in every field of the endpoints', async (value) => {
    const fields: Record<string, readonly string[]> = {
      '/token': [
        'grant_type',
        'code',
        'redirect_uri',
        'code_verifier',
        'client_id',
        'client_secret',
        'refresh_token',
        'scope',
        'resource',
      ],
      '/token/introspect': ['token', 'token_type_hint', 'client_id'],
      '/token/revoke': ['token', 'token_type_hint', 'client_id'],
      '/userinfo': ['access_token'],
      '/logout': [
        'id_token_hint',
        'client_id',
        'post_logout_redirect_uri',
        'state',
        'logout_hint',
        'ui_locales',
      ],
      '/logout/confirm': ['xsrf', 'logout'],
      '/callback': ['state', 'code', 'error', 'RelayState', 'SAMLResponse'],
      '/callback/sso': ['state', 'code', 'error'],
      '/connectors/sso/authorize': ['state', 'redirect_uri', 'code_challenge', 'login_hint'],
    };
    const client = `client_id=app&client_secret=${appSecret}`;
    for (const [path, names] of Object.entries(fields)) {
      for (const name of names) {
        for (const grant of ['authorization_code', 'refresh_token']) {
          const body = `${name === 'grant_type' ? '' : `grant_type=${grant}&`}${name === 'client_id' ? '' : `${client}&`}${name}=${value}`;
          expectCalm(
            await rawRequest(house.issuer, { method: 'POST', path, headers: { host, ...form }, body }),
            `${path} ${body}`,
          );
        }
        expectCalm(
          await rawRequest(house.issuer, { path: `${path}?${name}=${value}`, headers: { host } }),
          `${path}?${name}=${value}`,
        );
      }
    }
  });

  test.each(nasty)('%s as a part of a path, a cookie and an authorization header', async (value) => {
    for (const path of [
      `/${value}`,
      `/auth/${value}?client_id=app`,
      `/login/${value}`,
      `/login/${value}/with/${value}`,
      `/login/x/finish?arrival=${value}`,
      `/callback/${value}`,
      `/connectors/${value}/${value}`,
      `/assets/${value}`,
      `/logout/${value}`,
    ]) {
      expectCalm(await rawRequest(house.issuer, { path, headers: { host } }), path);
    }
    const cookie = `gatehouse_session=${value}; gatehouse_session.sig=${value}; gatehouse_interaction=${value}`;
    for (const path of ['/auth?client_id=app', '/login/x', '/logout', '/']) {
      expectCalm(await rawRequest(house.issuer, { path, headers: { host, cookie } }), `${path} with cookies`);
    }
    for (const authorization of [
      `Bearer ${value}`,
      `Basic ${value}`,
      `Basic ${Buffer.from(`${value}:${value}`).toString('base64')}`,
      value,
    ]) {
      for (const path of ['/userinfo', '/token']) {
        expectCalm(
          await rawRequest(house.issuer, { method: 'POST', path, headers: { host, authorization } }),
          authorization,
        );
      }
    }
  });

  test('in the name and the password that are typed', async () => {
    const browser = new HttpBrowser();
    const page = await begin(house, 'app', browser);
    const { action, inputs } = formsOf(page)[0] ?? {};
    for (const value of nasty) {
      const body = `csrf=${inputs?.csrf}&login=${value}&password=${value}`;
      const answer = await browser.request(action ?? '', { method: 'POST', body, headers: form });
      expect(answer.status, value).toBeLessThan(500);
      expect(answer.body).not.toContain('"><script>');
    }
  });

  test('a state with everything in it comes back as it was', async () => {
    const rp = await house.party('app');
    const state = 'ü 🐟 %00 "<\'>&\\ +/=?#';
    const { url } = await rp.authorization({ state });
    const end = await rp.browser.submit(
      await rp.browser.go(url),
      { login: 'alice', password: passwordOf('alice') },
      rp.redirectUri,
    );
    expect(end.location?.searchParams.get('state')).toBe(state);
  });
});

function expectCalm(
  answer: { status: number; headers: Readonly<Record<string, unknown>>; body: string },
  what: string,
): void {
  expect(answer.status, what).toBeLessThan(500);
  expect(answer.headers['x-injected'], what).toBeUndefined();
  expect(answer.body, what).not.toMatch(/\bat .*\.ts:\d+|node_modules|"><script>/);
}

describe('sizes', () => {
  test('a body that is too large is refused, however it is sent', async () => {
    const large = `x=${'a'.repeat(3_000_000)}`;
    for (const path of [
      '/token',
      '/token/introspect',
      '/token/revoke',
      '/auth',
      '/logout',
      '/logout/confirm',
      '/callback',
      '/callback/sso',
      '/userinfo',
      '/connectors/sso/authorize',
    ]) {
      const answer = await rawRequest(house.issuer, {
        method: 'POST',
        path,
        headers: { host, ...form },
        body: large,
      }).catch(hungUp);
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
      expect(answer.status, path).toBeLessThan(500);
    }
    const browser = new HttpBrowser();
    const action = formsOf(await begin(house, 'app', browser))[0]?.action ?? '';
    const answer = await browser
      .request(action, { method: 'POST', body: large, headers: form })
      .catch(hungUp);
    expect(answer.status).toBe(400);
  });

  test('a header or an address that is too large is refused by the parser', async () => {
    const big = 'a'.repeat(40_000);
    expect((await rawRequest(house.issuer, { path: '/', headers: { host, 'x-big': big } })).status).toBe(431);
    expect((await rawRequest(house.issuer, { path: `/?${big}`, headers: { host } })).status).toBe(431);
    expect((await rawRequest(house.issuer, { path: '/', headers: { host, cookie: big } })).status).toBe(431);
  });

  test('a parameter that nobody needs to be so long is refused', async () => {
    const { url } = await (await house.party('app')).authorization({ state: 'a'.repeat(9_000) });
    expect((await new HttpBrowser().go(url)).status).toBe(400);
  });

  test('thousands of parameters, scopes and cookies are no work', async () => {
    const many = (piece: (n: number) => string, by: string) =>
      Array.from({ length: 2_000 }, (_, n) => piece(n)).join(by);
    const query = many((n) => `p${n}=1`, '&');
    expectCalm(
      await rawRequest(house.issuer, { path: `/auth?client_id=app&${query}`, headers: { host } }),
      'parameters',
    );
    const scope = many((n) => `s${n}`, '+');
    expectCalm(
      await rawRequest(house.issuer, { path: `/auth?client_id=app&scope=${scope}`, headers: { host } }),
      'scopes',
    );
    const cookie = many((n) => `c${n}=1`, '; ');
    expectCalm(
      await rawRequest(house.issuer, { path: '/auth?client_id=app', headers: { host, cookie } }),
      'cookies',
    );
  });
});

/** The server may close the connection before it has taken all that it does not want. */
function hungUp(error: Error & { code?: string; cause?: { code?: string } }): { status: number } {
  expect(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']).toContain(error.code ?? error.cause?.code);
  return { status: 400 };
}

describe('paths', () => {
  test.each([
    '/assets/../package.json',
    '/assets/..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%5c..%5cetc%5cpasswd',
    '/assets//etc/passwd',
    '/assets/%00',
    '/assets/.',
    '/assets/..',
    '/assets/',
    '/assets/....//....//etc/passwd',
    '/assets/%252e%252e%252fetc%252fpasswd',
    '/../../etc/passwd',
    '//etc/passwd',
    '/.git/config',
    '/.env',
    '/config/simple.yaml',
    '/var/seal.key',
    '/node_modules/pg/package.json',
  ])('%s is not there', async (path) => {
    const answer = await rawRequest(house.issuer, { path, headers: { host } });
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toMatch(/root:|"name":|DATABASE_URL/);
  });
});

describe('requests that are no requests', () => {
  // Attack: request smuggling. Two servers in a row disagree on where a request ends.
  test.each([
    [
      'a length and chunks',
      'POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n',
    ],
    [
      'two lengths',
      'POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef',
    ],
    ['a length that is no number', 'POST /token HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nabcde'],
    [
      'chunks under another name',
      'POST /token HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    ],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : h\r\nX: y\r\n\r\n'],
    [
      'a header that goes on in the next line',
      'GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n z\r\nX\u0000: y\r\n\r\n',
    ],
    ['two hosts', 'GET / HTTP/1.1\r\nHost: h\r\nHost: evil.example\r\nConnection: close\r\n\r\n'],
    ['an empty host', 'GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    [
      'a chunk size that is no number',
      'POST /token HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n',
    ],
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n'],
    ['HTTP of another age', 'GET /\r\n\r\n'],
    ['a URL with a host', 'GET http://evil.example/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'],
    ['a star', 'OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'],
    ['a tunnel', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: h\r\n\r\n'],
  ])('%s', async (_, bytes) => {
    const answer = await rawBytes(house.issuer, bytes.replaceAll('Host: h\r\n', `Host: ${host}\r\n`));
    // Refused, or closed without a word; never an answer to what was smuggled in behind.
    expect(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), answer).toBe(true);
    expect(answer.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });

  // Attack: slowloris. Connections that never end their headers hold a socket each.
  test('connections that do not come to an end are closed, and meanwhile others are served', async () => {
    const slow = Array.from({ length: 200 }, () => {
      const socket = connect(Number(new URL(house.issuer).port), '127.0.0.1');
      socket.on('error', () => {}).resume();
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `);
      return new Promise((resolve) => socket.once('close', resolve));
    });
    expect((await fetch(`${house.issuer}/healthz`)).status).toBe(200);
    expect((await begin(house, 'app')).status).toBe(200);
    await Promise.all(slow);
  });

  test('a request that is dropped half-way harms nobody', async () => {
    for (let n = 0; n < 50; n += 1) {
      const socket = connect(Number(new URL(house.issuer).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(
        `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\ngrant_type=`,
        () => socket.destroy(),
      );
    }
    expect((await begin(house, 'app')).status).toBe(200);
    expect(house.gatehouse.process.exitCode).toBeNull();
  });
});
