import { replaceSigningKeys, type SigningKey } from '@gatehouse/core';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { watchKeys } from '../../packages/server/src/oidc/index.ts';
import { authorize, party, signIn } from '../support/oidc-flow.ts';
import { client, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { silentLog } from '../support/silent-log.ts';

let database: TestDatabase;
let server: OidcServer;
let later = 0;
const now = () => new Date(Date.now() + later * 1000);

beforeAll(async () => {
  database = await freshDatabase();
  const clients = [client('web'), client('es', { idTokenAlgorithm: 'ES256' })];
  const config = { tokens: { code: 3600 } };
  server = await startOidcServer({ databaseUrl: database.url, clients, now, config });
});

beforeEach(() => {
  later = 0;
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

async function jwks(): Promise<JSONWebKeySet> {
  return (await (await fetch(`${server.issuer}/keys`)).json()) as JSONWebKeySet;
}

async function kids(): Promise<readonly (string | undefined)[]> {
  return (await jwks()).keys.map(({ kid }) => kid);
}

describe('replaced signing keys', () => {
  test('are published first, sign later, and old tokens stay good', async () => {
    const rp = await party(server, 'web');
    const old = (await signIn(rp)).id_token ?? '';
    const oldKids = await kids();
    const replacement = { now: now(), publishFor: 300, tokenLifetime: 600 };
    server.oidc.reload(await replaceSigningKeys(server.store.signingKeys, replacement));
    expect(await kids()).toEqual(expect.arrayContaining([...oldKids]));
    expect((await kids()).length).toBe(4);
    expect(oldKids).toContain(decodeProtectedHeader((await signIn(rp)).id_token ?? '').kid);

    later = 301;
    server.oidc.reload(await server.store.signingKeys.list());
    const fresh = (await signIn(rp, { prompt: 'login' })).id_token ?? '';
    expect(oldKids).not.toContain(decodeProtectedHeader(fresh).kid);
    expect((await kids())[0]).toBe(decodeProtectedHeader(fresh).kid);
    for (const token of [old, fresh]) await jwtVerify(token, createLocalJWKSet(await jwks()));
    const es = (await signIn(await party(server, 'es'))).id_token ?? '';
    expect(decodeProtectedHeader(es)).toMatchObject({ alg: 'ES256' });
    expect(oldKids).not.toContain(decodeProtectedHeader(es).kid);
  });

  test('may come in the middle of a sign-in', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    const login = await rp.browser.request(url);
    server.oidc.reload(await server.store.signingKeys.list());
    const address = new URL(login.headers.get('location') ?? '', server.issuer);
    const end = await rp.browser.go(address, rp.redirectUri);
    expect(end.location?.searchParams.get('code')).not.toBeNull();
  });

  test('make an id_token_hint of before still count', async () => {
    const rp = await party(server, 'web');
    const { id_token } = await signIn(rp);
    const replacement = { now: now(), publishFor: 0, tokenLifetime: 600, immediately: true };
    server.oidc.reload(await replaceSigningKeys(server.store.signingKeys, replacement));
    const { answer } = await authorize(rp, { id_token_hint: id_token ?? '', prompt: 'none' });
    expect(answer.get('code')).not.toBeNull();
  });
});

describe('the watch over the keys', () => {
  /** Runs until `changes` changes were seen. */
  async function watch(lists: readonly (() => readonly SigningKey[])[], changes: number) {
    const stop = new AbortController();
    const seen: (readonly SigningKey[])[] = [];
    const keys = await server.store.signingKeys.list();
    let turn = 0;
    await watchKeys({
      ...{ keys, now, log: silentLog, signal: stop.signal, pollEvery: 1 },
      signingKeys: {
        list: async () => {
          const list = lists[Math.min(turn, lists.length - 1)];
          turn += 1;
          if (turn > lists.length && seen.length >= changes) stop.abort();
          return list?.() ?? [];
        },
      },
      onChange: (changed) => seen.push(changed),
    });
    return seen;
  }

  test('sees what another process has made, once, and survives a database that is away', async () => {
    const before = await server.store.signingKeys.list();
    const replacement = { now: now(), publishFor: 300, tokenLifetime: 600 };
    const after = await replaceSigningKeys(server.store.signingKeys, replacement);
    // The watch starts with what is stored: go back, fail, come again, stay.
    const fail = () => {
      throw new Error('connection refused');
    };
    const seen = await watch([() => before, fail, () => [], () => after, () => after], 2);
    expect(seen).toEqual([before, after]);
  });

  test('tries again with keys that could not be used', async () => {
    const stop = new AbortController();
    const keys = await server.store.signingKeys.list();
    const replacement = { now: now(), publishFor: 300, tokenLifetime: 600 };
    const after = await replaceSigningKeys(server.store.signingKeys, replacement);
    let tries = 0;
    await watchKeys({
      ...{ keys, now, log: silentLog, signal: stop.signal, pollEvery: 1 },
      signingKeys: { list: async () => after },
      onChange: () => {
        tries += 1;
        if (tries === 1) throw new Error('a key that is no key');
        stop.abort();
      },
    });
    expect(tries).toBe(2);
  });

  test('lets a key take its turn by the clock, without any change in the database', async () => {
    const replacement = { now: now(), publishFor: 300, tokenLifetime: 600 };
    const stored = await replaceSigningKeys(server.store.signingKeys, replacement);
    const tick = () => {
      later = 301;
      return stored;
    };
    expect(await watch([() => stored, tick, () => stored], 1)).toEqual([stored]);
  });
});
