import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authorize, party, post, refreshGrant, signIn } from '../support/oidc-flow.ts';
import { client, jane, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import type { RelyingParty } from '../support/relying-party.ts';

const unsigned = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"x","aud":"web"}')}.`.replaceAll('=', '');
const loopback = 'http://127.0.0.1:8000/cb';
const john = { ...jane, upstreamId: 'john-1', username: 'john', groups: [] };

let database: TestDatabase;
let server: OidcServer;
let later = 0;

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    now: () => new Date(Date.now() + later * 1000),
    clients: [
      client('web'),
      client('untrusted', { trusted: false }),
      client('session-bound', { refreshTokenLifetime: 'session' }),
      client('corp-only', { connectors: ['corp'] }),
      client('staff', { requireGroups: ['staff'] }),
      client('cluster', { redirectUris: [], trustedPeers: ['web'] }),
      client('of-others', { redirectUris: [], trustedPeers: ['web'], connectors: ['other'] }),
      client('of-root', { redirectUris: [], trustedPeers: ['web'], requireGroups: ['root'] }),
      client('of-staff', {
        ...{ redirectUris: [], trustedPeers: ['web'] },
        ...{ requireGroups: ['staff'], groups: { include: ['staff'] } },
      }),
      client('kubectl', { public: true, native: true, redirectUris: [loopback] }),
      client('forgotten', { public: true, redirectUris: [loopback] }),
      client('with-secret', { redirectUris: [loopback] }),
      client('silent', { public: true, native: true, silentLoopback: true, redirectUris: [loopback] }),
      client('app', {
        public: true,
        native: true,
        silentLoopback: true,
        redirectUris: ['com.example.app:/cb'],
      }),
    ],
  });
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

beforeEach(() => {
  later = 0;
  server.person = jane;
  server.answer = 'agree';
  server.remember = false;
  server.attended = true;
  server.steps.length = 0;
});

function steps(): readonly string[] {
  return server.steps.splice(0).map(({ step }) => step);
}

/** A browser that is signed in already, at the hands of another client. */
async function signedInBrowser(clientId: string, redirectUri?: string): Promise<RelyingParty> {
  const isPublic = redirectUri !== undefined;
  const rp = await party(server, { clientId, public: isPublic, ...(redirectUri && { redirectUri }) });
  const first = await party(server, 'web');
  Object.assign(rp, { browser: first.browser });
  await signIn(first);
  server.steps.length = 0;
  return rp;
}

async function errorOf(rp: RelyingParty, parameters: Record<string, string>): Promise<string | null> {
  return (await authorize(rp, parameters)).answer.get('error');
}

describe('the browser session', () => {
  test('ends with the browser, unless it is to be remembered', async () => {
    const lines: string[] = [];
    const rp = await party(server, 'web');
    Object.assign(rp.browser, { request: recording(rp.browser.request.bind(rp.browser), lines) });
    await signIn(rp);
    expect(lines.at(-1)).not.toMatch(/expires=/i);
    server.remember = true;
    await signIn(rp, { prompt: 'login' });
    expect(lines.at(-1)).toMatch(/expires=/i);
    server.remember = false;
    await signIn(rp, { prompt: 'login' });
    expect(lines.at(-1)).not.toMatch(/expires=/i);
  });
});

/** Keeps every line that sets the session's cookie. */
function recording(request: RelyingParty['browser']['request'], lines: string[]) {
  return async (...args: Parameters<typeof request>) => {
    const page = await request(...args);
    lines.push(...page.headers.getSetCookie().filter((line) => line.startsWith('gatehouse_session=')));
    return page;
  };
}

describe('who is asked to sign in', () => {
  test('a browser without a session, and not a second time', async () => {
    const rp = await party(server, 'web');
    await signIn(rp);
    expect(steps()).toEqual(['login']);
    await signIn(rp);
    expect(steps()).toEqual([]);
  });

  test('prompt=none without a session is login_required', async () => {
    expect(await errorOf(await party(server, 'web'), { prompt: 'none' })).toBe('login_required');
  });

  test('prompt=none with a session answers at once', async () => {
    const rp = await signedInBrowser('web');
    expect((await authorize(rp, { prompt: 'none' })).answer.get('code')).not.toBeNull();
  });

  test('prompt=login asks again, and tells the upstream to be strict', async () => {
    const rp = await signedInBrowser('web');
    later = 5;
    const before = Math.floor(Date.now() / 1000);
    const { id_token } = await signIn(rp, { prompt: 'login' });
    expect(server.steps[0]?.wish.fresh).toBe(true);
    expect(steps()).toEqual(['login']);
    expect(decodeJwt(id_token ?? '').auth_time).toBeGreaterThanOrEqual(before + 5);
  });

  test('max_age asks again when the sign-in is older, and not when it is younger', async () => {
    const rp = await signedInBrowser('web');
    await signIn(rp, { max_age: '600' });
    expect(steps()).toEqual([]);
    const old = await party(server, 'web');
    later = -1000;
    await signIn(old);
    later = 0;
    server.steps.length = 0;
    await signIn(old, { max_age: '600' });
    expect(server.steps[0]?.wish).toMatchObject({ fresh: true, maxAge: 600 });
    expect(steps()).toEqual(['login']);
  });

  test('max_age=0 is prompt=login', async () => {
    const rp = await signedInBrowser('web');
    await signIn(rp, { max_age: '0' });
    expect(steps()).toEqual(['login']);
  });

  // Attack: whoever has the browser, but not the password, asks for an account to be chosen on top; the upstream's
  // own session answers, and the token says that somebody has just signed in.
  test.each([
    { prompt: 'login select_account' },
    { prompt: 'select_account login' },
    { prompt: 'select_account', max_age: '0' },
    { max_age: '0' },
  ])('%o tells the upstream to be strict, with a session and without', async (parameters) => {
    for (const rp of [await signedInBrowser('web'), await party(server, 'web')]) {
      await signIn(rp, parameters);
      expect(server.steps[0]?.wish.fresh).toBe(true);
      expect(steps()).toEqual(['login']);
    }
  });

  test.each(['-1', 'soon', '1e400'])('max_age=%s is invalid_request', async (max_age) => {
    expect(await errorOf(await party(server, 'web'), { max_age })).toBe('invalid_request');
  });

  test.each(['none login', 'create', 'none none none consent'])(
    'prompt "%s" is invalid_request',
    async (prompt) => {
      expect(await errorOf(await party(server, 'web'), { prompt })).toBe('invalid_request');
    },
  );

  test('prompt=select_account lets another person sign in, and ends the session of the first', async () => {
    const rp = await party(server, 'session-bound');
    const { refresh_token } = await signIn(rp);
    server.steps.length = 0;
    server.person = john;
    const { id_token } = await signIn(rp, { prompt: 'select_account' });
    expect(decodeJwt(id_token ?? '').preferred_username).toBe('john');
    expect(steps()).toEqual(['login']);
    const grant = refreshGrant(refresh_token);
    expect((await post(server, '/token', grant, { client: 'session-bound' })).json.error).toBe(
      'invalid_grant',
    );
  });

  test('two people who sign in by two tabs of one browser do not get into each other', async () => {
    const rp = await party(server, 'web');
    const second = await rp.authorization();
    const login = await rp.browser.request(second.url);
    await signIn(rp);
    server.person = john;
    const address = new URL(login.headers.get('location') ?? '', server.issuer);
    const tokens = await rp.exchange(second, await rp.browser.go(address, rp.redirectUri));
    expect(decodeJwt(tokens.id_token ?? '').preferred_username).toBe('john');
    const now = await signIn(rp, { prompt: 'none' });
    expect(decodeJwt(now.id_token ?? '').preferred_username).toBe('john');
  });

  test('the login hint and the languages reach the connector', async () => {
    await signIn(await party(server, 'web'), { login_hint: 'jane', ui_locales: 'de en', acr_values: 'mfa' });
    expect(server.steps[0]?.wish).toEqual({
      fresh: false,
      loginHint: 'jane',
      locales: ['de', 'en'],
      acrValues: ['mfa'],
    });
  });

  test('somebody whom the client does not let in any more', async () => {
    const rp = await party(server, 'staff');
    await signIn(rp);
    server.steps.length = 0;
    server.person = { ...jane, groups: [] };
    // The same person signs in elsewhere: the groups that are stored are fewer now.
    await signIn(await party(server, 'web'));
    server.steps.length = 0;
    expect(await errorOf(rp, { prompt: 'none' })).toBe('login_required');
  });
});

describe('id_token_hint', () => {
  test('of the person who is signed in changes nothing, with several audiences too', async () => {
    const rp = await party(server, 'web');
    const { id_token } = await signIn(rp, { scope: 'openid audience:server:client_id:cluster' });
    server.steps.length = 0;
    const { answer } = await authorize(rp, { id_token_hint: id_token ?? '', prompt: 'none' });
    expect(answer.get('code')).not.toBeNull();
  });

  test('of somebody else asks to sign in, and takes nobody but them', async () => {
    const other = await party(server, 'web');
    server.person = john;
    const { id_token } = await signIn(other);
    server.person = jane;
    const rp = await party(server, 'web');
    const hint = id_token ?? '';
    expect(await errorOf(rp, { id_token_hint: hint, prompt: 'none' })).toBe('login_required');
    expect(await errorOf(rp, { id_token_hint: hint })).toBe('login_required');
    server.person = john;
    const fresh = await party(server, 'web');
    expect((await authorize(fresh, { id_token_hint: hint })).answer.get('code')).not.toBeNull();
  });

  test('that is not met does not sign out whoever is signed in', async () => {
    server.person = john;
    const { id_token: hint = '' } = await signIn(await party(server, 'web'));
    server.person = jane;
    const rp = await party(server, 'web');
    await signIn(rp);
    expect(await errorOf(rp, { id_token_hint: hint })).toBe('login_required');
    expect((await authorize(rp, { prompt: 'none' })).answer.get('code')).not.toBeNull();
  });

  test('from before the algorithm of the client was changed still counts', async () => {
    const rp = await party(server, 'web');
    const { id_token } = await signIn(rp);
    const changed = await startOidcServer({
      databaseUrl: database.url,
      issuer: server.issuer,
      clients: [client('web', { idTokenAlgorithm: 'ES256' })],
    });
    try {
      const { url } = await rp.authorization({ id_token_hint: id_token ?? '', prompt: 'none' });
      const answer = await fetch(`${changed.origin}${url.pathname}${url.search}`, { redirect: 'manual' });
      expect(answer.headers.get('location')).toContain('error=login_required');
    } finally {
      await changed.stop();
    }
  });

  test.each(['garbage', 'e30.e30.e30', unsigned])('"%s" is invalid_request', async (id_token_hint) => {
    expect(await errorOf(await party(server, 'web'), { id_token_hint })).toBe('invalid_request');
  });
});

describe('the connector', () => {
  test('that is asked for is told to the login pages, by parameter or in the path', async () => {
    const rp = await party(server, 'web');
    await signIn(rp, { connector_id: 'other' });
    expect(server.steps[0]?.connectorId).toBe('other');
    const fresh = await party(server, 'web');
    const { url } = await fresh.authorization();
    url.pathname += '/corp';
    server.steps.length = 0;
    const end = await fresh.browser.go(url, fresh.redirectUri);
    expect(server.steps[0]?.connectorId).toBe('corp');
    expect(end.location?.searchParams.get('code')).not.toBeNull();
  });

  test('other than the one that the session came by asks to sign in again', async () => {
    const rp = await signedInBrowser('web');
    expect(await errorOf(rp, { connector_id: 'other', prompt: 'none' })).toBe('login_required');
  });

  // Attack: a page elsewhere asks for it, and the ticket of a computer would answer without a page.
  test('other than that of the session is a choice of account, and as a first sign-in it is none', async () => {
    const rp = await party(server, 'web');
    await signIn(rp, { connector_id: 'corp' });
    expect(server.steps.at(-1)).toMatchObject({ connectorId: 'corp', choosesAccount: false });
    await signIn(rp, { connector_id: 'other' });
    expect(server.steps.at(-1)).toMatchObject({ connectorId: 'other', choosesAccount: true });
  });

  test.each(['nowhere', '../corp', ''])('"%s" does not exist', async (connector_id) => {
    const rp = await party(server, 'web');
    const error = await errorOf(rp, { connector_id });
    expect(error).toBe(connector_id === '' ? null : 'invalid_request');
  });

  test('that the client may not use is invalid_request', async () => {
    expect(await errorOf(await party(server, 'corp-only'), { connector_id: 'other' })).toBe(
      'invalid_request',
    );
  });

  test('of the session that the client may not use asks to sign in again', async () => {
    const first = await party(server, 'web');
    await signIn(first, { connector_id: 'other' });
    const rp = await party(server, 'corp-only');
    Object.assign(rp, { browser: first.browser });
    expect(await errorOf(rp, { prompt: 'none' })).toBe('login_required');
  });
});

describe('consent', () => {
  test('is asked once for a client that is not trusted, and again for a new scope', async () => {
    const rp = await party(server, 'untrusted');
    await signIn(rp, { scope: 'openid email' });
    expect(server.steps[1]?.scopes).toEqual(['openid', 'email']);
    expect(steps()).toEqual(['login', 'consent']);
    await signIn(rp, { scope: 'openid email' });
    expect(steps()).toEqual([]);
    await signIn(rp, { scope: 'openid email groups' });
    expect(server.steps[0]?.scopes).toEqual(['groups']);
    expect(steps()).toEqual(['consent']);
  });

  test('prompt=none is consent_required', async () => {
    const rp = await signedInBrowser('untrusted');
    expect(await errorOf(rp, { prompt: 'none' })).toBe('consent_required');
  });

  test('prompt=consent asks of a trusted client too', async () => {
    const rp = await signedInBrowser('web');
    await signIn(rp, { prompt: 'consent', scope: 'openid email' });
    expect(server.steps[0]?.scopes).toEqual(['openid', 'email']);
    expect(steps()).toEqual(['consent']);
  });

  test('that is refused is told to the client, and asked again the next time', async () => {
    const rp = await party(server, 'untrusted');
    server.answer = 'refuse';
    const { answer, authorization } = await authorize(rp);
    expect(answer.get('error')).toBe('access_denied');
    expect(answer.get('state')).toBe(authorization.state);
    server.answer = 'agree';
    server.steps.length = 0;
    await signIn(rp);
    expect(steps()).toContain('consent');
  });

  test('of one person is not consent of the next', async () => {
    const rp = await party(server, 'untrusted');
    await signIn(rp);
    server.person = john;
    server.steps.length = 0;
    await signIn(rp, { prompt: 'login' });
    expect(steps()).toEqual(['login', 'consent']);
  });
});

describe('a token for another client as well', () => {
  // Attack: a cluster takes people of one connector or one group, and a client that it trusts takes everybody.
  test.each(['of-others', 'of-root'])('is not given to whom %s would not take', async (peer) => {
    const scope = `openid groups audience:server:client_id:${peer}`;
    expect(await errorOf(await party(server, 'web'), { scope })).toBe('access_denied');
    expect(await errorOf(await signedInBrowser('web'), { scope, prompt: 'none' })).toBe('login_required');
  });

  test('shows no group that the other may not see', async () => {
    const scope = 'openid groups audience:server:client_id:of-staff';
    const both = await signIn(await party(server, 'web'), { scope });
    expect(decodeJwt(both.id_token ?? '')).toMatchObject({ aud: ['of-staff', 'web'], groups: ['staff'] });
    const alone = await signIn(await party(server, 'web'), { scope: 'openid groups' });
    expect(decodeJwt(alone.id_token ?? '').groups).toEqual(['admins', 'staff']);
  });

  test('is not refreshed for whom the other takes no more', async () => {
    const scope = 'openid groups offline_access audience:server:client_id:of-staff';
    const { refresh_token } = await signIn(await party(server, 'web'), { scope });
    const again = await post(server, '/token', refreshGrant(refresh_token), { client: 'web' });
    expect(decodeJwt(String(again.json.id_token)).groups).toEqual(['staff']);
    server.person = { ...jane, groups: ['admins'] };
    await signIn(await party(server, 'web'));
    const { status, json } = await post(server, '/token', refreshGrant(refresh_token), { client: 'web' });
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
  });
});

describe('one click for a native client', () => {
  test('is not asked where credentials were just entered', async () => {
    await signIn(await party(server, { clientId: 'kubectl', public: true, redirectUri: loopback }));
    expect(steps()).toEqual(['login']);
  });

  test('is asked where the session alone would answer: any local process could ask', async () => {
    // Attack: a program on the person's computer opens the browser and listens on a loopback port.
    const rp = await signedInBrowser('kubectl', loopback);
    expect(await errorOf(rp, { prompt: 'none' })).toBe('interaction_required');
    await signIn(rp);
    expect(steps()).toEqual(['confirm']);
    await signIn(rp);
    expect(steps(), 'each time').toEqual(['confirm']);
  });

  // Attack: as before, at a command line whose operator did not know the option `native`.
  test('is asked at a loopback address also where the client is only public', async () => {
    await signIn(await signedInBrowser('forgotten', loopback));
    expect(steps()).toEqual(['confirm']);
    const confidential = await party(server, { clientId: 'with-secret', redirectUri: loopback });
    await signIn(confidential);
    await signIn(confidential);
    expect(steps()).toEqual(['login']);
  });

  // Attack: that program sends the browser through an upstream that answers from its own session, without a page.
  test('is asked where the upstream may have answered alone', async () => {
    const rp = await party(server, { clientId: 'kubectl', public: true, redirectUri: loopback });
    server.attended = false;
    await signIn(rp);
    expect(steps()).toEqual(['login', 'confirm']);
    await signIn(rp, { prompt: 'login' });
    expect(steps()).toEqual(['login', 'confirm']);
  });

  test('that is refused gives nothing', async () => {
    const rp = await signedInBrowser('kubectl', loopback);
    server.answer = 'refuse';
    expect(await errorOf(rp, {})).toBe('access_denied');
  });

  test('is left out for a client with silentLoopback, on a loopback address', async () => {
    const rp = await signedInBrowser('silent', loopback);
    await signIn(rp);
    expect(steps()).toEqual([]);
    const app = await signedInBrowser('app', 'com.example.app:/cb');
    expect(await errorOf(app, { prompt: 'none' })).toBe('interaction_required');
  });
});

describe('the browser that began', () => {
  test('another browser cannot go on with the sign-in', async () => {
    // Attack: the victim is sent a link into the middle of the attacker's sign-in, or the other way round.
    const attacker = await party(server, 'web');
    const { url } = await attacker.authorization();
    const page = await attacker.browser.request(url);
    const login = new URL(page.headers.get('location') ?? '', server.issuer);
    const victim = await party(server, 'web');
    const stolen = await victim.browser.request(login);
    expect(stolen.body).toContain('data-code="sign_in_expired"');
    const resume = login.href.replace('/login/', '/auth/');
    expect((await victim.browser.request(resume)).status).toBe(400);
  });

  test('is the only one whose sign-in counts, also where its cookies were planted in another', async () => {
    // Attack: a neighbour on a sister domain plants the cookies of their own sign-in, the victim signs in by it, and
    // the attacker goes on as the victim.
    const attacker = await party(server, 'web');
    const { url } = await attacker.authorization();
    const page = await attacker.browser.request(url);
    const login = new URL(page.headers.get('location') ?? '', server.issuer);
    const own = page.headers.getSetCookie().map((line) => line.slice(0, line.indexOf(';')));
    const planted = own.filter((pair) => !pair.startsWith('gatehouse_browser'));
    const open = (address: string, cookies: readonly string[]) =>
      fetch(address, { headers: { cookie: cookies.join('; ') }, redirect: 'manual' });
    expect(await (await open(login.href, planted)).text()).toContain('data-code="sign_in_expired"');
    expect((await open(login.href, own)).headers.get('location')).toContain('/auth/');
    const resume = login.href.replace('/login/', '/auth/');
    expect((await open(resume, planted)).status).toBe(400);
    expect((await open(resume, own)).headers.get('location')).toContain('code=');
  });

  test('going on without having signed in leads back to the login page', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    const page = await rp.browser.request(url);
    const resume = new URL(page.headers.get('location') ?? '', server.issuer).href.replace(
      '/login/',
      '/auth/',
    );
    const again = await rp.browser.request(resume);
    expect(again.headers.get('location')).toContain('/login/');
  });

  test('a sign-in can be finished once', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    const login = new URL((await rp.browser.request(url)).headers.get('location') ?? '', server.issuer);
    const resume = new URL((await rp.browser.request(login)).headers.get('location') ?? '', server.issuer);
    expect((await rp.browser.request(resume)).headers.get('location')).toContain('code=');
    expect((await rp.browser.request(resume)).status).toBe(400);
    expect((await rp.browser.request(login)).body).toContain('data-code="sign_in_expired"');
  });
});
