import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError, type Identity, type Json } from '@gatehouse/connector-kit';
import { decodeJwt } from 'jose';
import { ResponseBodyError } from 'openid-client';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Answer, party, post, refreshGrant, signIn } from '../support/oidc-flow.ts';
import { client, jane, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { silentLog } from '../support/silent-log.ts';

let database: TestDatabase;
let server: OidcServer;
let replica: OidcServer;
let later = 0;
let asked = 0;
const logged: string[] = [];
let upstream: () => Promise<Identity<Json> | 'gone'>;

const now = () => new Date(Date.now() + later * 1000);
const grace = 60;
const upstreamCheck = 300;
const upstreamGrace = 3600;
const suspension = 6 * 3600;

beforeAll(async () => {
  database = await freshDatabase();
  const options = {
    databaseUrl: database.url,
    now,
    log: { ...silentLog, warn: (_fields: object, message: string) => logged.push(message) },
    clients: [
      client('web'),
      client('other'),
      client('session', { refreshTokenLifetime: 'session' }),
      client('picky', { requireGroups: ['staff'] }),
      client('asking'),
      client('cluster', { redirectUris: [], trustedPeers: ['asking'] }),
    ],
    refresh: async () => {
      asked += 1;
      const identity = await upstream();
      if (identity === 'gone') return { status: 'gone', reason: 'left' } as const;
      return { status: 'current', identity } as const;
    },
    config: {
      tokens: {
        ...{ refreshGrace: grace, refreshIdle: 86_400, refreshMax: 7 * 86_400 },
        goneSuspension: suspension,
      },
    },
  };
  server = await startOidcServer(options);
  replica = await startOidcServer({ ...options, issuer: server.issuer });
});

afterAll(async () => {
  await server?.stop();
  await replica?.stop();
  await database?.drop();
});

beforeEach(() => {
  later = 0;
  asked = 0;
  upstream = async () => jane;
  server.person = jane;
});

async function begin(clientId = 'web', scope?: string): Promise<string> {
  return (await signIn(await party(server, clientId), scope ? { scope } : {})).refresh_token ?? '';
}

function use(
  token: unknown,
  options: { client?: string; scope?: string; origin?: string } = {},
): Promise<Answer> {
  const { client: id = 'web', scope, origin } = options;
  return post(server, '/token', refreshGrant(String(token), scope), {
    client: id,
    ...(origin && { origin }),
  });
}

const refused = { status: 400, json: { error: 'invalid_grant' } };
const suspended = { status: 503, json: { error: 'temporarily_unavailable' } };

async function endGone(): Promise<number> {
  return (await replica.store.endGone(new AbortController().signal)).length;
}

async function lineages(): Promise<readonly number[]> {
  const db = new pg.Client({ connectionString: database.url });
  await db.connect();
  try {
    const { rows } = await db.query('SELECT generation FROM offline_sessions ORDER BY created_at DESC');
    return rows.map(({ generation }) => Number(generation));
  } finally {
    await db.end();
  }
}

describe('rotation', () => {
  test('every use gives a new refresh token, and an ID token of the same sign-in', async () => {
    const rp = await party(server, 'web');
    const first = await signIn(rp);
    const second = await rp.refresh(first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    const [before, after] = [first, second].map(({ id_token }) => decodeJwt(id_token ?? ''));
    for (const claim of ['sub', 'sid', 'auth_time', 'nonce', 'aud', 'azp', 'groups']) {
      expect(after?.[claim], claim).toEqual(before?.[claim]);
    }
    expect(after?.jti).not.toBe(before?.jti);
  });

  test('twenty uses at once on two processes are all answered, with one lineage left', async () => {
    const token = await begin();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => use(token, { origin: i % 2 ? replica.origin : server.origin })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ json }) => json.refresh_token)).size).toBe(1);
    expect((await lineages())[0]).toBe(2);
    expect((await use(answers[0]?.json.refresh_token)).status).toBe(200);
  });

  test('two devices of one person do not disturb each other', async () => {
    const [laptop, phone] = [await begin(), await begin()];
    const next = (await use(laptop)).json.refresh_token;
    later += grace + 1;
    await use(next);
    await use(laptop);
    expect(await use(next)).toMatchObject(refused);
    expect((await use(phone)).status).toBe(200);
  });
});

describe('a token that was used before', () => {
  test('is answered with the newest one within the grace window, whichever it was', async () => {
    const first = await begin();
    const second = (await use(first)).json.refresh_token;
    const third = (await use(second)).json.refresh_token;
    expect((await use(first)).json.refresh_token).toBe(third);
    expect((await use(second)).json.refresh_token).toBe(third);
  });

  test('is answered after the window as long as its successor was never seen: the answer got lost', async () => {
    const first = await begin();
    const second = (await use(first)).json.refresh_token;
    later += 10 * grace;
    expect((await use(first)).json.refresh_token).toBe(second);
  });

  test('ends the session when the thief comes after the owner', async () => {
    const stolen = await begin();
    const second = (await use(stolen)).json.refresh_token;
    const third = (await use(second)).json.refresh_token;
    later += grace + 1;
    expect(await use(stolen)).toMatchObject(refused);
    expect(await use(third)).toMatchObject(refused);
  });

  test('ends the session when the owner comes after the thief', async () => {
    const owned = await begin();
    const taken = (await use(owned)).json.refresh_token;
    const newest = (await use(taken)).json.refresh_token;
    later += grace + 1;
    expect(await use(owned)).toMatchObject(refused);
    expect(await use(newest)).toMatchObject(refused);
    expect(await use(taken)).toMatchObject(refused);
  });

  test('ends the session whoever presents it, for whatever scope, with a line in the log', async () => {
    // Attack: the thief's first try is a wrong one, so that the theft goes unnoticed.
    for (const options of [{ client: 'other' }, { scope: 'openid federated:id' }]) {
      later = 0;
      const first = await begin();
      const newest = (await use((await use(first)).json.refresh_token)).json.refresh_token;
      later += grace + 1;
      logged.length = 0;
      expect((await use(first, options)).status).toBe(400);
      expect(logged).toContain('a refresh token was used again: its session has ended');
      expect(await use(newest)).toMatchObject(refused);
    }
  });

  test('takes the access tokens of its sign-in with it', async () => {
    const first = await begin();
    const { json } = await use(first);
    await use(json.refresh_token);
    later += grace + 1;
    await use(first);
    later = 0;
    const userinfo = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${json.access_token}` },
    });
    expect(userinfo.status).toBe(401);
  });

  test('asks no upstream on behalf of whoever presents it', async () => {
    const first = await begin();
    await use((await use(first)).json.refresh_token);
    later += upstreamCheck + 1;
    expect(await use(first)).toMatchObject(refused);
    expect(asked).toBe(0);
  });
});

describe('whose token it is', () => {
  test('another client cannot use it, and the session lives on', async () => {
    const token = await begin();
    expect(await use(token, { client: 'other' })).toMatchObject(refused);
    expect((await use(token)).status).toBe(200);
  });

  test.each([
    ['nothing', ''],
    ['no token', 'abc'],
    ['a changed token', undefined],
  ])('%s is refused', async (_what, value) => {
    const token = await begin();
    const forged = value ?? `${token.slice(0, 60)}${token[60] === 'A' ? 'B' : 'A'}${token.slice(61)}`;
    expect((await use(forged)).status).toBe(400);
  });

  test('the idle lifetime slides, the absolute one does not', async () => {
    let token: unknown = await begin();
    for (let times = 1; times <= 8; times += 1) {
      later = times * 20 * 3600;
      const { status, json } = await use(token);
      expect(status, `after ${times * 20} hours`).toBe(200);
      token = json.refresh_token;
    }
    later = 7 * 86_400 + 1;
    expect(await use(token)).toMatchObject(refused);
  });

  test('it ends when idle for too long', async () => {
    const token = await begin();
    later = 86_401;
    expect(await use(token)).toMatchObject(refused);
  });
});

describe('scope', () => {
  test('may be narrowed for one answer, which still has an ID token', async () => {
    const token = await begin();
    const { json } = await use(token, { scope: 'email' });
    const claims = decodeJwt(String(json.id_token));
    expect(claims).toHaveProperty('email');
    expect(claims).not.toHaveProperty('groups');
    const whole = await use(json.refresh_token);
    expect(decodeJwt(String(whole.json.id_token))).toHaveProperty('groups');
  });

  test('may not be widened', async () => {
    const token = await begin('web', 'openid offline_access');
    expect(await use(token, { scope: 'openid groups' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_scope' },
    });
    expect((await use(token)).status).toBe(200);
  });

  test('the audience is asked for again each time', async () => {
    const scope = 'openid offline_access audience:server:client_id:cluster';
    const token = await begin('asking', scope);
    const { json } = await use(token, { client: 'asking' });
    expect(decodeJwt(String(json.id_token)).aud).toEqual(['cluster', 'asking']);
    const withdrawn = await startOidcServer({
      databaseUrl: database.url,
      issuer: server.issuer,
      now,
      clients: [client('asking'), client('cluster', { redirectUris: [] })],
    });
    try {
      const again = await use(json.refresh_token, { client: 'asking', origin: withdrawn.origin });
      expect(again).toMatchObject(refused);
    } finally {
      await withdrawn.stop();
    }
    expect((await use(json.refresh_token, { client: 'asking' })).status).toBe(200);
  });
});

describe('the upstream', () => {
  test('is not asked when a code is exchanged, nor while the identity is young', async () => {
    await use(await begin());
    expect(asked).toBe(0);
  });

  test('changes groups with the next refresh', async () => {
    const token = await begin();
    upstream = async () => ({ ...jane, groups: ['staff'] });
    later = upstreamCheck + 1;
    const { json } = await use(token);
    expect(decodeJwt(String(json.id_token)).groups).toEqual(['staff']);
  });

  test('that says the person has left stops the token, until they are back', async () => {
    const token = await begin();
    upstream = async () => 'gone';
    later = upstreamCheck + 1;
    expect(await use(token)).toMatchObject(suspended);
    const asking = await post(server, '/token/introspect', { token }, { client: 'web' });
    expect(asking.json).toEqual({ active: false });
    upstream = async () => jane;
    later += upstreamCheck + 1;
    expect((await use(token)).status).toBe(200);
  });

  // A client may throw away what `invalid_grant` is said of (RFC 6749, section 5.2), and this person may be back soon.
  test('that says the person has left is a temporary error to a client, which keeps its token', async () => {
    const rp = await party(server, 'web');
    const token = (await signIn(rp)).refresh_token ?? '';
    upstream = async () => 'gone';
    later = upstreamCheck + 1;
    const error: unknown = await rp.refresh(token).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(ResponseBodyError);
    expect(error).toMatchObject({ name: 'ClientError', cause: { status: 503 } });
    const answer = await use(token);
    expect(answer).toMatchObject({ json: { error_description: expect.stringContaining('suspended') } });
    expect(Number(answer.headers.get('retry-after'))).toBe(upstreamCheck);
    upstream = async () => jane;
    later += upstreamCheck + 1;
    expect((await rp.refresh(token)).id_token).toBeTypeOf('string');
  });

  test('that says so for the whole suspension ends the sessions for good, on all devices', async () => {
    const rp = await party(server, 'web');
    const [laptop, phone] = [(await signIn(rp)).refresh_token, await begin()];
    upstream = async () => 'gone';
    later = upstreamCheck + 1;
    expect(await use(laptop)).toMatchObject(suspended);
    upstream = async () => jane;
    later += suspension - 1;
    expect(await endGone()).toBe(0);
    later += 1;
    expect(await use(laptop)).toMatchObject(refused);
    expect(await use(phone)).toMatchObject(refused);
    expect(asked).toBe(1);
    // Their sessions would not have expired by now, nor by then.
    later = 0;
    server.steps.length = 0;
    const again = (await signIn(rp)).refresh_token;
    expect(server.steps).toMatchObject([{ step: 'login' }]);
    expect((await use(again)).status).toBe(200);
    expect(await use(laptop)).toMatchObject(refused);
  });

  test('that says so ends the sessions also of who never comes back', async () => {
    const token = await begin();
    upstream = async () => 'gone';
    later = upstreamCheck + 1;
    await use(token);
    later += suspension;
    expect(await endGone()).toBe(1);
    upstream = async () => jane;
    expect(await use(token)).toMatchObject(refused);
  });

  test('that cannot be asked is marked in the token, and after the grace answered with 503', async () => {
    const token = await begin();
    upstream = async () => {
      throw new ConnectorError('unavailable', { reason: 'no answer' });
    };
    later = upstreamCheck + 1;
    const stale = await use(token);
    expect(decodeJwt(String(stale.json.id_token)).stale_since).toBeTypeOf('number');
    later += upstreamGrace + 1;
    const answer = await use(stale.json.refresh_token);
    expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    upstream = async () => jane;
    const back = await use(stale.json.refresh_token);
    expect(back.status).toBe(200);
    expect(decodeJwt(String(back.json.id_token))).not.toHaveProperty('stale_since');
  });

  test('is asked once for many refreshes of one person', async () => {
    const token = await begin();
    upstream = async () => {
      await sleep(50);
      return jane;
    };
    later = upstreamCheck + 1;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => use(token, { origin: i % 2 ? replica.origin : server.origin })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(asked).toBe(1);
  });

  test('takes away the group that the client demands: the token is refused', async () => {
    const token = await begin('picky');
    upstream = async () => ({ ...jane, groups: ['admins'] });
    later = upstreamCheck + 1;
    expect(await use(token, { client: 'picky' })).toMatchObject(refused);
  });
});

describe('half-way', () => {
  test('a server that fails before its answer leaves the token as it was', async () => {
    const token = await begin();
    server.fault = () => {
      throw new Error('the power went');
    };
    expect((await use(token)).status).toBe(500);
    server.fault = undefined;
    expect((await use(token)).status).toBe(200);
    expect((await lineages())[0]).toBe(2);
  });

  test('a token that is bound to the browser session ends with it', async () => {
    const rp = await party(server, 'session');
    const { refresh_token: token, id_token } = await signIn(rp);
    const next = await use(token, { client: 'session' });
    expect(next.status).toBe(200);
    const page = await rp.browser.go(`${server.issuer}/logout?id_token_hint=${id_token}`);
    await rp.browser.submit(page, { logout: 'yes' });
    expect(await use(next.json.refresh_token, { client: 'session' })).toMatchObject(refused);
  });

  test('one that is not bound to it survives', async () => {
    const rp = await party(server, 'web');
    const { refresh_token: token, id_token } = await signIn(rp);
    const page = await rp.browser.go(`${server.issuer}/logout?id_token_hint=${id_token}`);
    await rp.browser.submit(page, { logout: 'yes' });
    expect((await use(token)).status).toBe(200);
  });

  test('two sign-ins of one client in one browser session do not end each other', async () => {
    const rp = await party(server, 'session');
    const first = await signIn(rp);
    const second = await signIn(rp);
    expect((await use(first.refresh_token, { client: 'session' })).status).toBe(200);
    expect((await use(second.refresh_token, { client: 'session' })).status).toBe(200);
  });
});
