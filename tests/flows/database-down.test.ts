/** PostgreSQL goes away under a running server, and comes back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, passwordOf } from '../support/house.ts';
import { HttpBrowser, textOf } from '../support/http-browser.ts';
import { post } from '../support/oidc-flow.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import type { RelyingParty } from '../support/relying-party.ts';
import { until } from '../support/until.ts';

let server: PostgresServer;
let house: House;
let rp: RelyingParty;
let token: string;

beforeAll(async () => {
  server = await startPostgres({ version: 15 });
  house = await openHouse({ server });
  rp = await house.party('kubernetes');
  token = (await rp.signIn('alice', passwordOf('alice'))).refresh_token ?? '';
  await server.stop();
});

afterAll(async () => {
  await server.start().catch(() => {});
  await house.close();
  await server.remove();
});

const get = (path: string) => fetch(house.issuer + path, { redirect: 'manual' });
const refresh = () =>
  post(house, '/token', { grant_type: 'refresh_token', client_id: 'kubernetes', refresh_token: token });

test('a refresh is answered with 503, Retry-After and an error that a client can read', async () => {
  const answer = await refresh();
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answer.json).toMatchObject({ error: 'temporarily_unavailable' });
});

test('so is a code, whether or not there ever was one', async () => {
  const form = { grant_type: 'authorization_code', client_id: 'kubernetes', code: 'x', code_verifier: 'x' };
  const answer = await post(house, '/token', { ...form, redirect_uri: rp.redirectUri });
  expect(answer.status).toBe(503);
  expect(answer.json).toMatchObject({ error: 'temporarily_unavailable' });
});

test('the keys and the discovery document are served', async () => {
  for (const path of ['/keys', '/.well-known/openid-configuration']) {
    const response = await get(path);
    expect(response.status).toBe(200);
    expect(await response.json()).toBeTypeOf('object');
  }
});

test('the process is up, but not ready, and says which part is down', async () => {
  expect((await get('/healthz')).status).toBe(200);
  const ready = await get('/readyz');
  expect(ready.status).toBe(503);
  expect(await ready.json()).toMatchObject({ checks: { database: 'down' } });
});

test('a person reads a sentence, with a number to quote', async () => {
  const { url } = await rp.authorization();
  const page = await new HttpBrowser().go(url);
  expect(page.status).toBe(503);
  expect(page.headers.get('retry-after')).not.toBeNull();
  expect(textOf(page)).toContain('not available at the moment');
  expect(textOf(page)).toContain(page.headers.get('x-request-id') ?? 'none');
  expect(page.body).not.toMatch(/postgres|ECONNREFUSED|sql/i);
});

test('when it is back everything works again, and the refresh token is still good', async () => {
  await server.start();
  await until('the server to be ready', async () => (await get('/readyz')).status === 200);
  const answer = await refresh();
  expect(answer.status).toBe(200);
  token = String(answer.json.refresh_token);
  expect((await refresh()).status).toBe(200);
  const again = await house.party('kubernetes');
  expect((await again.signIn('bob', passwordOf('bob'))).claims()?.preferred_username).toBe('bob');
});
