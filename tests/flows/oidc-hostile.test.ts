import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, authorize, codeGrant, party, post, signIn } from '../support/oidc-flow.ts';
import { client, type OidcServer, secretOf, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let server: OidcServer;

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    clients: [client('web'), client('untrusted', { trusted: false })],
    config: {
      limits: {
        pendingSignIns: 10,
        passwordAttempts: { perAccount: { tries: 5, window: 60 }, perAddress: { tries: 50, window: 60 } },
      },
    },
  });
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

afterEach(() => {
  server.fault = undefined;
});

async function rows(table: string): Promise<number> {
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  try {
    return Number((await db.query(`SELECT count(*) FROM ${table}`)).rows[0]?.count);
  } finally {
    await db.end();
  }
}

describe('parameters', () => {
  test.each([
    ['NUL', '%00'],
    ['NUL in the middle', 'a%00b'],
    ['8 KB and more', 'x'.repeat(9000)],
  ])('a state with %s is a clean 400', async (_what, state) => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    url.searchParams.delete('state');
    const answer = await fetch(`${url}&state=${state}`, { redirect: 'manual' });
    expect(answer.status).toBe(400);
  });

  test.each([
    'state',
    'nonce',
    'login_hint',
    'ui_locales',
    'acr_values',
    'connector_id',
    'scope',
    'claims_locales',
  ])('%s with characters of every kind never makes a server error', async (name) => {
    const rp = await party(server, 'web');
    for (const value of [
      '%00',
      '%ED%A0%80',
      '%FF',
      '%uD800',
      '\u{1F600}',
      '"\'<>&\\',
      '%0d%0aSet-Cookie:x=y',
    ]) {
      const { url } = await rp.authorization();
      url.searchParams.delete(name);
      const answer = await fetch(
        `${url}&${name}=${value.startsWith('%') ? value : encodeURIComponent(value)}`,
        {
          redirect: 'manual',
        },
      );
      expect([303, 400], `${name}=${value}`).toContain(answer.status);
      expect(answer.headers.get('location') ?? '').not.toContain('server_error');
    }
  });

  test.each(['client_id', 'redirect_uri', 'scope', 'state', 'nonce', 'code_challenge', 'prompt'])(
    '%s given twice is refused',
    async (name) => {
      // Attack: one check is shown the first value and the next check the second.
      const rp = await party(server, 'web');
      const { url } = await rp.authorization({ prompt: 'login' });
      url.searchParams.append(name, 'https://evil.example');
      const answer = await fetch(url, { redirect: 'manual' });
      const location = answer.headers.get('location') ?? '';
      expect(answer.status === 400 || location.includes('error=invalid_request')).toBe(true);
      expect(location.startsWith('https://evil.example')).toBe(false);
    },
  );

  test('a state of 100 KB is refused, in the address and in a form', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization({ state: 'x'.repeat(100_000) });
    const posted = await fetch(`${server.issuer}/auth`, {
      method: 'POST',
      body: url.searchParams,
      redirect: 'manual',
    });
    expect(posted.status).toBe(400);
    const got = await fetch(url, { redirect: 'manual' }).then(
      ({ status }) => status,
      () => 'refused',
    );
    expect([400, 431, 'refused']).toContain(got);
  });

  test.each([
    ['a body that is no form', '{"grant_type":"x"}', 'application/json'],
    ['a body with NUL', 'grant_type=refresh_token&refresh_token=%00&client_id=%00', undefined],
    ['a large body', `grant_type=${'x'.repeat(200_000)}`, undefined],
    [
      'a parameter given twice',
      'grant_type=refresh_token&grant_type=authorization_code&client_id=web',
      undefined,
    ],
    ['a name that every object has', '__proto__=x&constructor=y&client_id=__proto__', undefined],
    ['nothing', '', undefined],
  ])('/token with %s is a clean refusal', async (_what, body, type = 'application/x-www-form-urlencoded') => {
    const answer = await answerOf(
      await fetch(`${server.issuer}/token`, { method: 'POST', body, headers: { 'content-type': type } }),
    );
    expect([400, 401]).toContain(answer.status);
    expect(answer.json).toHaveProperty('error');
  });

  test.each([
    'Basic',
    'Basic !!',
    'Basic Og==',
    'Bearer x',
    `Basic ${btoa('web:%ff')}`,
    `Basic ${btoa('web:\0')}`,
  ])('the header "%s" is a clean refusal', async (authorization) => {
    const answer = await post(server, '/token', { grant_type: 'x' }, { headers: { authorization } });
    expect([400, 401]).toContain(answer.status);
  });

  test.each([
    '/auth/%00',
    '/auth/%ff',
    '/auth/..%2f..%2fetc',
    '/auth/x?client_id=web',
    '/auth//',
    '/auth/a/b',
  ])('the address %s is a clean refusal', async (path) => {
    const answer = await fetch(`${server.issuer}${path}`, { redirect: 'manual' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  test('the Host header does not decide where the browser goes', async () => {
    // Attack: a poisoned cache or a mail with a link in it sends the code to another host.
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    const answer = await rawGet(server.origin, `${url.pathname}${url.search}`, 'evil.example');
    expect(answer).not.toContain('evil.example');
  });
});

describe('storage', () => {
  test('calls without a session leave a bounded number of rows', async () => {
    const rp = await party(server, 'web');
    for (let i = 0; i < 25; i += 1) {
      const { url } = await rp.authorization();
      expect((await fetch(url, { redirect: 'manual' })).status).toBe(303);
      await fetch(`${server.issuer}/logout`, { redirect: 'manual' });
    }
    expect(await rows('interactions')).toBeLessThanOrEqual(10);
    expect(await rows('grants')).toBe(0);
    expect(await rows('sessions')).toBe(0);
  });

  test('an old cookie that is replayed makes no session', async () => {
    // Attack: one signed cookie of a session that is over, sent a million times.
    const rp = await party(server, 'web');
    const { id_token } = await signIn(rp);
    const names = rp.browser.cookieNames().filter((name) => name.includes('session'));
    const cookie = names.map((name) => `${name}=${rp.browser.cookie(name)}`).join('; ');
    const page = await rp.browser.go(`${server.issuer}/logout?id_token_hint=${id_token}`);
    await rp.browser.submit(page, { logout: 'yes' });
    const before = await rows('sessions');
    for (let i = 0; i < 5; i += 1) {
      const { url } = await rp.authorization();
      await fetch(url, { headers: { cookie }, redirect: 'manual' });
      await fetch(`${server.issuer}/logout`, { headers: { cookie }, redirect: 'manual' });
    }
    expect(await rows('sessions')).toBe(before);
  });
});

describe('cookies', () => {
  test('are HttpOnly, Lax and bound to their path', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    const set = (await fetch(url, { redirect: 'manual' })).headers.getSetCookie();
    expect(set.length).toBeGreaterThan(0);
    for (const line of set) {
      expect(line).toMatch(/; ?httponly/i);
      expect(line).toMatch(/samesite=lax/i);
      expect(line).not.toMatch(/domain=/i);
    }
    expect(set.find((line) => line.startsWith('gatehouse_interaction='))).toMatch(/path=\/login\/[\w-]+/);
    expect(set.find((line) => line.startsWith('gatehouse_resume='))).toMatch(/path=\/auth\/[\w-]+/);
  });

  test('of a session change with a sign-in, and a changed one is worth nothing', async () => {
    const rp = await party(server, 'web');
    await signIn(rp);
    const before = rp.browser.cookie('gatehouse_session');
    await signIn(rp, { prompt: 'login' });
    expect(rp.browser.cookie('gatehouse_session')).not.toBe(before);
    const { url } = await rp.authorization({ prompt: 'none' });
    const unsigned = await fetch(url, {
      headers: { cookie: `gatehouse_session=${rp.browser.cookie('gatehouse_session')}` },
      redirect: 'manual',
    });
    expect(unsigned.headers.get('location')).toContain('login_required');
  });
});

test('a dump of the database holds no usable token, code or cookie', async () => {
  const rp = await party(server, 'untrusted');
  const pendingParty = await party(server, 'untrusted');
  const { id_token: hint = '' } = await signIn(rp);
  const callback = await authorize(rp, { prompt: 'login', id_token_hint: hint });
  const tokens = await post(server, '/token', codeGrant(rp, callback), { client: 'untrusted' });
  const refreshed = await rp.refresh(String(tokens.json.refresh_token));
  const unused = await authorize(rp);
  const { url } = await pendingParty.authorization({ id_token_hint: hint });
  await pendingParty.browser.request(url);
  const secrets = [
    hint,
    hint.split('.')[2],
    callback.answer.get('code'),
    unused.answer.get('code'),
    tokens.json.access_token,
    tokens.json.refresh_token,
    refreshed.access_token,
    refreshed.refresh_token,
    secretOf('untrusted'),
    ...[rp.browser, pendingParty.browser].flatMap((browser) =>
      browser.cookieNames().map((name) => browser.cookie(name)),
    ),
  ].filter((secret): secret is string => typeof secret === 'string' && secret.length > 8);
  expect(secrets.length).toBeGreaterThan(12);
  const dump = await dumpOf(database);
  expect(dump).toContain('jane');
  for (const secret of secrets) {
    expect(dump).not.toContain(secret);
    expect(dump).not.toContain(Buffer.from(secret).toString('hex'));
  }
});

async function dumpOf({ url }: TestDatabase): Promise<string> {
  const db = new pg.Client({ connectionString: url });
  await db.connect();
  try {
    const { rows: tables } = await db.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    const texts = [];
    for (const { table_name } of tables) {
      const { rows: found } = await db.query(`SELECT t::text AS line FROM "${table_name}" t`);
      texts.push(...found.map(({ line }) => String(line)));
    }
    return texts.join('\n');
  } finally {
    await db.end();
  }
}

function rawGet(origin: string, path: string, host: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer)).on('error', reject);
  });
}
