import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authorize, codeGrant, party, post, refreshGrant, signIn } from '../support/oidc-flow.ts';
import { client, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type PostgresServer, startPostgres, type TestDatabase } from '../support/postgres.ts';

let postgres: PostgresServer;
let database: TestDatabase;
let server: OidcServer;
let running = true;

beforeAll(async () => {
  postgres = await startPostgres({ version: 15 });
  database = await freshDatabase({ server: postgres });
  server = await startOidcServer({ databaseUrl: database.url, clients: [client('web')] });
});

beforeEach(async () => {
  if (!running) await postgres.start();
  running = true;
});

afterEach(() => {
  server.fault = undefined;
});

afterAll(async () => {
  await server?.stop();
  await postgres?.remove();
});

async function stopDatabase(): Promise<void> {
  await postgres.stop();
  running = false;
}

async function startDatabase(): Promise<void> {
  await postgres.start();
  running = true;
}

const unavailable = { status: 503, json: { error: 'temporarily_unavailable' } };
const refused = { status: 400, json: { error: 'invalid_grant' } };

/** Between the provider's answer and the commit, once. */
function meanwhile(act: () => Promise<unknown>): void {
  server.fault = async () => {
    server.fault = undefined;
    await act();
  };
}

describe('while the database is down', () => {
  test('/token answers 503, and code and refresh token are good when it is back', async () => {
    const rp = await party(server, 'web');
    const { refresh_token } = await signIn(rp);
    const callback = await authorize(rp);
    const grants = [refreshGrant(refresh_token), codeGrant(rp, callback)];
    await stopDatabase();
    for (const grant of grants) {
      const answer = await post(server, '/token', grant, { client: 'web' });
      expect(answer).toMatchObject(unavailable);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('cache-control')).toContain('no-store');
    }
    await startDatabase();
    for (const grant of grants) {
      expect((await post(server, '/token', grant, { client: 'web' })).status).toBe(200);
    }
  });

  test('no token is called invalid', async () => {
    const { access_token: token = '' } = await signIn(await party(server, 'web'));
    await stopDatabase();
    for (const path of ['/token/introspect', '/token/revoke']) {
      expect(await post(server, path, { token }, { client: 'web' })).toMatchObject(unavailable);
    }
    const headers = { authorization: `Bearer ${token}` };
    expect(await post(server, '/userinfo', {}, { headers })).toMatchObject(unavailable);
  });

  test('a person sees a page, also when the client could be told by a redirect', async () => {
    const rp = await party(server, 'web');
    await signIn(rp);
    const { url } = await rp.authorization();
    await stopDatabase();
    const page = await rp.browser.request(url);
    expect(page.status).toBe(503);
    expect(page.body).toContain('data-code="storage_unavailable"');
    expect(page.headers.get('retry-after')).not.toBeNull();
  });

  test('keys and discovery are served', async () => {
    await stopDatabase();
    for (const path of ['/keys', '/.well-known/openid-configuration']) {
      expect((await fetch(`${server.issuer}${path}`)).status, path).toBe(200);
    }
  });
});

describe('a commit that fails', () => {
  test('takes tokens and cookies of the prepared answer back', async () => {
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    meanwhile(stopDatabase);
    const answer = await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    expect(answer).toMatchObject(unavailable);
    expect(JSON.stringify(answer.json)).not.toContain('id_token');
    await startDatabase();
    expect((await post(server, '/token', codeGrant(rp, callback), { client: 'web' })).status).toBe(200);
    meanwhile(stopDatabase);
    const { url } = await rp.authorization();
    const page = await fetch(url, { redirect: 'manual' });
    expect(page.status).toBe(503);
    expect(page.headers.getSetCookie()).toEqual([]);
    expect(page.headers.get('location')).toBeNull();
  });
});

describe('a request that comes second', () => {
  test('with a code is refused, and the tokens of the first are ended', async () => {
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    let first: Record<string, unknown> = {};
    meanwhile(async () => {
      first = (await post(server, '/token', codeGrant(rp, callback), { client: 'web' })).json;
    });
    const second = await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    expect(second).toMatchObject(refused);
    expect(second.json).not.toHaveProperty('access_token');
    expect(first).toHaveProperty('access_token');
    const grant = refreshGrant(String(first.refresh_token));
    expect(await post(server, '/token', grant, { client: 'web' })).toMatchObject(refused);
  });

  test('with a refresh token after its revocation gets nothing', async () => {
    const { refresh_token: token = '' } = await signIn(await party(server, 'web'));
    meanwhile(() => post(server, '/token/revoke', { token }, { client: 'web' }));
    const answer = await post(server, '/token', refreshGrant(token), { client: 'web' });
    expect(answer).toMatchObject(refused);
    expect(await post(server, '/token', refreshGrant(token), { client: 'web' })).toMatchObject(refused);
  });

  test('with a refresh token gets the same successor as the first', async () => {
    const { refresh_token: token } = await signIn(await party(server, 'web'));
    let first: Record<string, unknown> = {};
    meanwhile(async () => {
      first = (await post(server, '/token', refreshGrant(token), { client: 'web' })).json;
    });
    const second = await post(server, '/token', refreshGrant(token), { client: 'web' });
    expect(second.status).toBe(200);
    expect(second.json.refresh_token).toBe(first.refresh_token);
  });
});
