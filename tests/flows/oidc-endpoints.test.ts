import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerOf, authorize, codeGrant, party, post, refreshGrant, signIn } from '../support/oidc-flow.ts';
import { client, type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';

const goodbye = 'https://app.example.com/goodbye';

let database: TestDatabase;
let server: OidcServer;

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    config: { allowedOrigins: ['https://everywhere.example'] },
    clients: [
      client('web', { postLogoutRedirectUris: [goodbye], allowedOrigins: ['https://app.example.com'] }),
      client('other'),
      client('cluster', { trustedPeers: ['web'] }),
      client('es', { idTokenAlgorithm: 'ES256' }),
      client('spa', { public: true }),
    ],
  });
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

async function get(path: string, headers: Record<string, string> = {}) {
  return await answerOf(await fetch(`${server.issuer}${path}`, { headers, redirect: 'manual' }));
}

function userinfo(token: string | undefined) {
  return get('/userinfo', { authorization: `Bearer ${token}` });
}

function introspect(token: string | undefined, as = 'web') {
  return post(server, '/token/introspect', { token: token ?? '' }, { client: as });
}

describe('discovery', () => {
  test.each(['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'])(
    '%s lists what is served',
    async (path) => {
      const { status, headers, json } = await get(path);
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(headers.get('cache-control')).toBe('public, max-age=60');
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(json).toMatchObject({
        issuer: server.issuer,
        authorization_endpoint: `${server.issuer}/auth`,
        token_endpoint: `${server.issuer}/token`,
        jwks_uri: `${server.issuer}/keys`,
        userinfo_endpoint: `${server.issuer}/userinfo`,
        introspection_endpoint: `${server.issuer}/token/introspect`,
        revocation_endpoint: `${server.issuer}/token/revoke`,
        end_session_endpoint: `${server.issuer}/logout`,
        response_types_supported: ['code'],
        grant_types_supported: ['authorization_code', 'refresh_token'],
        code_challenge_methods_supported: ['S256'],
        id_token_signing_alg_values_supported: ['RS256', 'ES256'],
        authorization_response_iss_parameter_supported: true,
        request_parameter_supported: false,
      });
    },
  );

  test('names no client', async () => {
    const { json } = await get('/.well-known/openid-configuration');
    expect(JSON.stringify(json)).not.toContain('cluster');
    expect(json.scopes_supported).toEqual([
      'openid',
      'email',
      'profile',
      'groups',
      'offline_access',
      'federated:id',
    ]);
  });
});

describe('/keys', () => {
  test('shows public keys, and nothing private', async () => {
    const { headers, json } = await get('/keys');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('public, max-age=60');
    const keys = json.keys as Record<string, string>[];
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(
        key.kty === 'RSA'
          ? ['alg', 'e', 'kid', 'kty', 'n', 'use']
          : ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      );
    }
  });

  test.each(['web', 'es'])('verify the ID token of %s', async (clientId) => {
    const { id_token } = await signIn(await party(server, clientId));
    const { json } = await get('/keys');
    const { payload } = await jwtVerify(id_token ?? '', createLocalJWKSet(json as never), {
      issuer: server.issuer,
      audience: clientId,
    });
    expect(payload.azp).toBe(clientId);
  });

  test('answers only GET and HEAD', async () => {
    expect((await fetch(`${server.issuer}/keys`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${server.issuer}/keys`, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(`${server.issuer}/keys`, { method: 'OPTIONS' })).status).toBe(204);
  });
});

describe('/userinfo', () => {
  test('says what the scopes say, about the same subject', async () => {
    const { access_token, id_token } = await signIn(await party(server, 'web'), {
      scope: 'openid email groups',
    });
    const { status, json } = await userinfo(access_token);
    expect(status).toBe(200);
    expect(json).toEqual({
      sub: decodeJwt(id_token ?? '').sub,
      email: 'jane@example.com',
      email_verified: true,
      groups: ['admins', 'staff'],
    });
  });

  test('takes no ID token and no refresh token', async () => {
    // Attack: what a cluster holds of a person is presented to learn more, or a stolen refresh token to learn a name.
    const { id_token, refresh_token } = await signIn(await party(server, 'web'));
    for (const token of [id_token, refresh_token, 'x', 'a.b.c']) {
      const answer = await userinfo(token);
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_token' } });
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
  });

  test('takes no token in the address', async () => {
    const { access_token } = await signIn(await party(server, 'web'));
    expect((await get(`/userinfo?access_token=${access_token}`)).status).toBe(400);
  });
});

describe('introspection', () => {
  test('tells a client about its own tokens', async () => {
    const { access_token, refresh_token } = await signIn(await party(server, 'web'));
    expect((await introspect(access_token)).json).toMatchObject({
      active: true,
      client_id: 'web',
      iss: server.issuer,
      token_type: 'Bearer',
      scope: 'openid email profile groups offline_access',
    });
    const refresh = (await introspect(refresh_token)).json;
    expect(refresh).toMatchObject({ active: true, client_id: 'web' });
    expect(JSON.stringify(refresh)).not.toContain(refresh_token);
  });

  test('tells others nothing, unless they are in the audience', async () => {
    const plain = await signIn(await party(server, 'web'));
    expect((await introspect(plain.access_token, 'other')).json).toEqual({ active: false });
    expect((await introspect(plain.access_token, 'cluster')).json).toEqual({ active: false });
    const scope = 'openid audience:server:client_id:cluster';
    const shared = await signIn(await party(server, 'web'), { scope });
    expect((await introspect(shared.access_token, 'cluster')).json.active).toBe(true);
    expect((await introspect(shared.access_token, 'other')).json).toEqual({ active: false });
  });

  test('needs a client that can prove who it is', async () => {
    // Attack: tokens found somewhere are tried out with the id of a public client.
    const { access_token: token = '' } = await signIn(await party(server, 'web'));
    expect((await post(server, '/token/introspect', { token, client_id: 'spa' })).status).toBe(401);
    expect((await post(server, '/token/introspect', { token, client_id: 'web' })).status).toBe(401);
    expect((await post(server, '/token/introspect', { token })).status).toBe(400);
  });

  test('does not count as a use of a refresh token', async () => {
    const rp = await party(server, 'web');
    const { refresh_token } = await signIn(rp);
    await introspect(refresh_token);
    const next = await rp.refresh(refresh_token ?? '');
    await introspect(refresh_token);
    await introspect(next.refresh_token);
    expect((await rp.refresh(next.refresh_token ?? '')).id_token).toBeDefined();
  });

  test.each(['', 'nonsense', 'A'.repeat(92)])('"%s" is not active', async (token) => {
    const { status, json } = await introspect(token);
    expect(token === '' ? status : json).toEqual(token === '' ? 400 : { active: false });
  });
});

describe('revocation', () => {
  function revoke(token: string | undefined, as = 'web') {
    return post(server, '/token/revoke', { token: token ?? '' }, { client: as });
  }

  test('of a refresh token ends its offline session and its access tokens', async () => {
    const { access_token, refresh_token } = await signIn(await party(server, 'web'));
    expect((await revoke(refresh_token)).status).toBe(200);
    const answer = await post(server, '/token', refreshGrant(refresh_token), { client: 'web' });
    expect(answer.json.error).toBe('invalid_grant');
    expect((await userinfo(access_token)).status).toBe(401);
  });

  test('of an access token ends that one alone', async () => {
    const { access_token, refresh_token } = await signIn(await party(server, 'web'));
    expect((await revoke(access_token)).status).toBe(200);
    expect((await userinfo(access_token)).status).toBe(401);
    expect((await post(server, '/token', refreshGrant(refresh_token), { client: 'web' })).status).toBe(200);
  });

  test('of another client is answered alike and does nothing', async () => {
    const { refresh_token } = await signIn(await party(server, 'web'));
    expect((await revoke(refresh_token, 'other')).status).toBe(200);
    expect((await revoke('nonsense', 'other')).status).toBe(200);
    expect((await post(server, '/token', refreshGrant(refresh_token), { client: 'web' })).status).toBe(200);
  });

  test('by a superseded token ends the session too', async () => {
    const rp = await party(server, 'web');
    const { refresh_token } = await signIn(rp);
    const next = await rp.refresh(refresh_token ?? '');
    await revoke(refresh_token);
    const answer = await post(server, '/token', refreshGrant(next.refresh_token), { client: 'web' });
    expect(answer.json.error).toBe('invalid_grant');
  });
});

describe('/logout', () => {
  test('asks, ends the session, and goes back where the client said', async () => {
    const rp = await party(server, 'web');
    const { id_token } = await signIn(rp);
    const query = new URLSearchParams({
      id_token_hint: id_token ?? '',
      post_logout_redirect_uri: goodbye,
      state: 'x y',
    });
    const page = await rp.browser.go(`${server.issuer}/logout?${query}`);
    const end = await rp.browser.submit(page, { logout: 'yes' }, goodbye);
    expect(end.location?.searchParams.get('state')).toBe('x y');
    expect((await authorize(rp, { prompt: 'none' })).answer.get('error')).toBe('login_required');
  });

  test('takes a hint with several audiences', async () => {
    const rp = await party(server, 'web');
    const { id_token } = await signIn(rp, { scope: 'openid audience:server:client_id:cluster' });
    const query = new URLSearchParams({ id_token_hint: id_token ?? '', post_logout_redirect_uri: goodbye });
    const page = await rp.browser.go(`${server.issuer}/logout?${query}`);
    const end = await rp.browser.submit(page, { logout: 'yes' }, goodbye);
    expect(end.location?.href).toBe(goodbye);
    const forged = `${id_token?.slice(0, -4)}AAAA`;
    const answer = await get(`/logout?id_token_hint=${forged}&post_logout_redirect_uri=${goodbye}`);
    expect(answer.status).toBe(400);
  });

  test('of somebody who is not signed in goes on at once, and leaves no row behind', async () => {
    const query = new URLSearchParams({ client_id: 'web', post_logout_redirect_uri: goodbye, state: 's' });
    const { status, headers } = await get(`/logout?${query}`);
    expect(status).toBe(303);
    expect(headers.get('location')).toBe(`${goodbye}?state=s`);
    expect((await get('/logout')).headers.get('location')).toBe(`${server.issuer}/logout/success`);
    expect((await get('/logout/success')).json.text).toBe('signed out');
  });

  test('does not go where nobody registered', async () => {
    // Attack: a link that signs out and lands on a page that looks like ours.
    const query = new URLSearchParams({ client_id: 'web', post_logout_redirect_uri: 'https://evil.example' });
    expect((await get(`/logout?${query}`)).status).toBe(400);
    const anonymous = await get('/logout?post_logout_redirect_uri=https://evil.example');
    expect(anonymous.headers.get('location')).toBe(`${server.issuer}/logout/success`);
  });

  test('a form from elsewhere cannot sign anybody out', async () => {
    const rp = await party(server, 'web');
    await signIn(rp);
    const forged = await rp.browser.request(`${server.issuer}/logout/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf: 'guess', logout: 'yes' }),
    });
    expect(forged.status).toBe(400);
    expect((await authorize(rp, { prompt: 'none' })).answer.get('code')).not.toBeNull();
  });
});

describe('POST', () => {
  test('to /auth is the same as GET', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization();
    const page = await rp.browser.request(`${server.issuer}/auth`, {
      method: 'POST',
      body: url.searchParams,
    });
    expect(page.status).toBe(303);
    const end = await rp.browser.go(
      new URL(page.headers.get('location') ?? '', server.issuer),
      rp.redirectUri,
    );
    expect(end.location?.searchParams.get('code')).not.toBeNull();
  });
});

describe('CORS', () => {
  async function askFrom(origin: string, clientId = 'web') {
    const rp = await party(server, clientId);
    const grant = codeGrant(rp, await authorize(rp));
    return await post(server, '/token', grant, { client: clientId, headers: { origin } });
  }

  test.each(['https://app.example.com', 'https://everywhere.example'])(
    '%s may read the answer',
    async (origin) => {
      const answer = await askFrom(origin);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    },
  );

  test.each(['https://evil.example', 'null', 'https://app.example.com.evil.example'])(
    '%s may not, and gets no token',
    async (origin) => {
      const answer = await askFrom(origin);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  test("one client's origin is not another's", async () => {
    expect((await askFrom('https://app.example.com', 'other')).status).toBe(400);
  });
});

describe('methods', () => {
  test.each(['/token', '/token/introspect', '/token/revoke'])('%s answers POST alone', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toContain('POST');
  });
});
