import { createHash } from 'node:crypto';
import type { LogFields } from '@gatehouse/connector-kit';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorize, codeGrant, party, post, refreshGrant, signIn } from '../support/oidc-flow.ts';
import { client, jane, type OidcServer, secretOf, startOidcServer } from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import { silentLog } from '../support/silent-log.ts';

const kubectl = { clientId: 'kubectl', public: true, redirectUri: 'http://127.0.0.1:8000' };

let database: TestDatabase;
let server: OidcServer;
const logged: { fields: LogFields; message: string }[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  server = await startOidcServer({
    databaseUrl: database.url,
    log: { ...silentLog, warn: (fields, message) => logged.push({ fields, message }) },
    clients: [
      client('web'),
      client('other'),
      client('never', { refreshTokens: 'never' }),
      client('always', { refreshTokens: 'always' }),
      client('es', { idTokenAlgorithm: 'ES256' }),
      client('kubectl', {
        public: true,
        native: true,
        redirectUris: ['http://127.0.0.1:8000', 'http://localhost/cb'],
      }),
      client('cluster', { redirectUris: [], trustedPeers: ['web'] }),
      client('second-cluster', { redirectUris: [], trustedPeers: ['web', 'other'] }),
      client('distrustful', { redirectUris: [] }),
    ],
  });
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

describe('the ID token', () => {
  test('has the claims that are always there, and those of the scopes', async () => {
    const tokens = await signIn(await party(server, 'web'), {
      scope: 'openid email profile groups federated:id',
    });
    const claims = decodeJwt(tokens.id_token ?? '');
    expect(Object.keys(decodeProtectedHeader(tokens.id_token ?? '')).sort()).toEqual(['alg', 'kid']);
    expect(claims).toMatchObject({
      iss: server.issuer,
      aud: 'web',
      azp: 'web',
      email: 'jane@example.com',
      email_verified: true,
      name: 'Jane Doe',
      preferred_username: 'jane',
      groups: ['admins', 'staff'],
      federated_claims: { connector_id: 'corp', user_id: 'jane-1' },
    });
    for (const claim of ['sub', 'exp', 'iat', 'nonce', 'auth_time', 'jti', 'sid']) {
      expect(claims, claim).toHaveProperty(claim);
    }
    const hash = createHash('sha256').update(tokens.access_token).digest();
    expect(claims.at_hash).toBe(hash.subarray(0, 16).toString('base64url'));
  });

  test('says no more than the scopes ask for', async () => {
    const claims = decodeJwt((await signIn(await party(server, 'web'), { scope: 'openid' })).id_token ?? '');
    for (const claim of [
      'email',
      'email_verified',
      'name',
      'preferred_username',
      'groups',
      'federated_claims',
    ]) {
      expect(claims).not.toHaveProperty(claim);
    }
  });

  test('keeps its sid for a browser and client, and has a new jti each time', async () => {
    const rp = await party(server, 'web');
    const first = decodeJwt((await signIn(rp)).id_token ?? '');
    const second = decodeJwt((await signIn(rp)).id_token ?? '');
    expect(second.sid).toBe(first.sid);
    expect(second.auth_time).toBe(first.auth_time);
    expect(second.jti).not.toBe(first.jti);
    const elsewhere = decodeJwt((await signIn(await party(server, 'web'))).id_token ?? '');
    expect(elsewhere.sid).not.toBe(first.sid);
  });

  test('is signed with ES256 for a client that asks for it', async () => {
    const { id_token } = await signIn(await party(server, 'es'));
    expect(decodeProtectedHeader(id_token ?? '').alg).toBe('ES256');
  });
});

describe('a long ID token', () => {
  test('keeps all groups, and its size is in the log', async () => {
    const groups = Array.from({ length: 500 }, (_, i) => `a group with a rather long name, number ${i}`);
    server.person = { ...jane, groups };
    const rp = await party(server, 'web');
    const { id_token = '' } = await signIn(rp);
    server.person = jane;
    expect(decodeJwt(id_token).groups).toEqual(groups);
    const line = logged.find(({ message }) => message === 'the ID token is long');
    expect(line?.fields).toMatchObject({ client: 'web', bytes: id_token.length, groups: 500 });
  });
});

describe('a public client', () => {
  test('exchanges and refreshes with its id and PKCE alone', async () => {
    const rp = await party(server, { ...kubectl, redirectUri: 'http://localhost:18000/cb' });
    const tokens = await signIn(rp);
    const next = await rp.refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(next.id_token ?? '').aud).toBe('kubectl');
  });

  test('may name itself in the header with an empty secret, as programs written in Go do', async () => {
    const rp = await party(server, { ...kubectl, redirectUri: 'http://localhost:18000/cb' });
    const { refresh_token } = await signIn(rp);
    const as = (id: string) => ({ headers: { authorization: `Basic ${btoa(`${id}:`)}` } });
    expect((await post(server, '/token', refreshGrant(refresh_token), as('kubectl'))).status).toBe(200);
    const twoNames = { ...refreshGrant(refresh_token), client_id: 'web' };
    expect((await post(server, '/token', twoNames, as('kubectl'))).json.error).toBe('invalid_request');
    for (const id of ['web', 'nobody', '']) {
      const answer = await post(server, '/token', refreshGrant(refresh_token), as(id));
      expect([400, 401], id).toContain(answer.status);
      expect(answer.json).not.toHaveProperty('id_token');
    }
  });
});

describe('cross-client audience', () => {
  test('the peer and the client are in the audience, and the client is the authorized party', async () => {
    const scope = 'openid audience:server:client_id:cluster audience:server:client_id:second-cluster';
    const { id_token } = await signIn(await party(server, 'web'), { scope });
    expect(decodeJwt(id_token ?? '')).toMatchObject({
      aud: ['cluster', 'second-cluster', 'web'],
      azp: 'web',
    });
  });

  test('a scope that names the client itself gives one audience', async () => {
    const scope = 'openid audience:server:client_id:web';
    expect(decodeJwt((await signIn(await party(server, 'web'), { scope })).id_token ?? '').aud).toBe('web');
  });

  test.each(['distrustful', 'nobody'])('%s, which does not trust the client, is refused', async (peer) => {
    const rp = await party(server, 'web');
    const { answer } = await authorize(rp, { scope: `openid audience:server:client_id:${peer}` });
    expect(answer.get('error')).toBe('invalid_scope');
    expect(answer.get('iss')).toBe(server.issuer);
  });
});

describe('scopes', () => {
  test.each([
    ['openid gruops', 'gruops'],
    ['email profile', 'openid'],
    ['openid audience:server:client_id:', 'audience:server:client_id:'],
  ])('"%s" is refused by a redirect that names %s', async (scope, named) => {
    const { answer, authorization } = await authorize(await party(server, 'web'), { scope });
    expect(answer.get('error')).toBe('invalid_scope');
    expect(answer.get('scope')).toBe(named);
    expect(answer.get('state')).toBe(authorization.state);
  });

  test('offline_access gives a refresh token without a consent prompt where the client may have one', async () => {
    expect((await signIn(await party(server, 'web'))).refresh_token).toBeDefined();
    expect((await signIn(await party(server, 'web'), { scope: 'openid' })).refresh_token).toBeUndefined();
    expect((await signIn(await party(server, 'always'), { scope: 'openid' })).refresh_token).toBeDefined();
    expect((await signIn(await party(server, 'never'))).refresh_token).toBeUndefined();
  });
});

describe('the authorization request', () => {
  test.each([
    ['an unknown client', { client_id: 'nobody' }, 'not registered with this service'],
    [
      'a redirect address of somebody else',
      { redirect_uri: 'https://evil.example' },
      'not registered for it',
    ],
    [
      'a redirect address with something after it',
      { redirect_uri: 'https://app.example.com/callback/../x' },
      'not registered for it',
    ],
  ])('%s is told to the person and not to anybody by redirect', async (_what, parameters, sentence) => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization(parameters);
    const page = await rp.browser.request(url);
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
    expect(page.body).toContain(sentence);
  });

  test('a public client must use PKCE, and S256', async () => {
    const rp = await party(server, kubectl);
    const without = await authorize(rp, { code_challenge: '', code_challenge_method: '' });
    expect(without.answer.get('error')).toBe('invalid_request');
    const plain = await authorize(rp, { code_challenge_method: 'plain' });
    expect(plain.answer.get('error')).toBe('invalid_request');
  });

  test('a confidential client may do without PKCE, but not be made to fall back', async () => {
    const rp = await party(server, 'web');
    const callback = await authorize(rp, { code_challenge: '', code_challenge_method: '' });
    const { code_verifier: _none, ...grant } = codeGrant(rp, callback);
    expect((await post(server, '/token', grant, { client: 'web' })).status).toBe(200);
    const withPkce = await authorize(rp);
    const { code_verifier: _left, ...stolen } = codeGrant(rp, withPkce);
    expect((await post(server, '/token', stolen, { client: 'web' })).json.error).toBe('invalid_grant');
  });

  test.each(['token', 'id_token', 'code id_token', 'none'])('response_type %s is refused', async (type) => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization({ response_type: type });
    const { headers } = await rp.browser.request(url);
    expect(headers.get('location')).toContain('error=unsupported_response_type');
  });

  test('request objects are refused, as discovery says', async () => {
    const rp = await party(server, 'web');
    expect((await authorize(rp, { request: 'e30.e30.' })).answer.get('error')).toBe('request_not_supported');
    const byReference = await authorize(rp, { request_uri: 'https://evil.example/r' });
    expect(byReference.answer.get('error')).toBe('request_uri_not_supported');
  });

  test('the answer names the issuer (RFC 9207)', async () => {
    expect((await authorize(await party(server, 'web'))).answer.get('iss')).toBe(server.issuer);
  });

  test.each(['http://127.0.0.1:49152', 'http://127.0.0.1:9', 'http://localhost:1/cb'])(
    'a native client may be answered at %s',
    async (redirectUri) => {
      const rp = await party(server, { ...kubectl, redirectUri });
      expect((await authorize(rp)).answer.get('code')).not.toBeNull();
    },
  );

  test.each([
    'http://localhost:8000',
    'http://127.0.0.1:8000/cb',
    'http://127.0.0.2:8000',
    'https://127.0.0.1',
  ])('a native client may not be answered at %s, which was not registered', async (redirectUri) => {
    const rp = await party(server, { ...kubectl, redirectUri });
    const { url } = await rp.authorization();
    expect((await rp.browser.request(url)).status).toBe(400);
  });

  test('form_post answers with a form', async () => {
    const rp = await party(server, 'web');
    const { url } = await rp.authorization({ response_mode: 'form_post' });
    const page = await rp.browser.go(url);
    expect(page.body).toMatch(/action="https:\/\/app\.example\.com\/callback"[\s\S]*name="code"/);
    const script = page.body.match(/<script>([\s\S]*?)<\/script>/)?.[1] ?? '';
    const digest = createHash('sha256').update(script).digest('base64');
    expect(page.headers.get('content-security-policy')).toContain(`script-src 'sha256-${digest}'`);
  });
});

describe('the code', () => {
  test('a second use is refused and ends what the first was given', async () => {
    // Attack: a code from a log or a browser history is redeemed again.
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    const first = await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    expect(first.status).toBe(200);
    const second = await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    expect(second).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    const refreshed = await post(server, '/token', refreshGrant(String(first.json.refresh_token)), {
      client: 'web',
    });
    expect(refreshed.json.error).toBe('invalid_grant');
    const userinfo = await fetch(`${server.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${first.json.access_token}` },
    });
    expect(userinfo.status).toBe(401);
  });

  test('a replay does not end another sign-in of the same browser', async () => {
    const rp = await party(server, 'web');
    const bystander = await signIn(rp);
    const callback = await authorize(rp);
    await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    expect((await rp.refresh(bystander.refresh_token ?? '')).id_token).toBeDefined();
  });

  test('ten uses at the same moment give tokens to one at most, and those are ended', async () => {
    // Attack: a thief races the owner, hoping that both win.
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    const grant = codeGrant(rp, callback);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(server, '/token', grant, { client: 'web' })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners.length).toBeLessThanOrEqual(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ json }) => json.error))).toEqual(
      new Set(['invalid_grant']),
    );
    for (const { json } of winners) {
      const refreshed = await post(server, '/token', refreshGrant(String(json.refresh_token)), {
        client: 'web',
      });
      expect(refreshed.json.error).toBe('invalid_grant');
    }
  });

  test.each([
    ['another verifier', { code_verifier: 'x'.repeat(43) }],
    ['another redirect address', { redirect_uri: 'https://app.example.com/other' }],
  ])('%s is refused, and the code is still good for the client', async (_what, wrong) => {
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    const attempt = await post(server, '/token', { ...codeGrant(rp, callback), ...wrong }, { client: 'web' });
    expect(attempt).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect((await post(server, '/token', codeGrant(rp, callback), { client: 'web' })).status).toBe(200);
  });

  test('another client cannot use it', async () => {
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    const stolen = await post(server, '/token', codeGrant(rp, callback), { client: 'other' });
    expect(stolen).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  test('a server error in the middle of the exchange leaves it usable', async () => {
    const rp = await party(server, 'web');
    const callback = await authorize(rp);
    server.fault = () => {
      throw new Error('the power went');
    };
    const failed = await post(server, '/token', codeGrant(rp, callback), { client: 'web' });
    server.fault = undefined;
    expect(failed.status).toBe(500);
    expect((await post(server, '/token', codeGrant(rp, callback), { client: 'web' })).status).toBe(200);
  });
});

describe('client authentication', () => {
  test('a secret may come in the header or in the body', async () => {
    const rp = await party(server, 'web');
    const body = { ...codeGrant(rp, await authorize(rp)), client_id: 'web', client_secret: secretOf('web') };
    expect((await post(server, '/token', body)).status).toBe(200);
  });

  test.each([
    ['a wrong secret', { client_id: 'web', client_secret: 'wrong' }],
    ['no secret', { client_id: 'web' }],
    ['the hash in place of the secret', { client_id: 'web', client_secret: hashOf('web') }],
    ['a secret for a public client', { client_id: 'kubectl', client_secret: 'anything' }],
    ['an unknown client', { client_id: 'nobody', client_secret: 'x' }],
  ])('%s is refused with 401', async (_what, credentials) => {
    const answer = await post(server, '/token', {
      grant_type: 'authorization_code',
      code: 'x',
      ...credentials,
    });
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(answer.headers.get('cache-control')).toContain('no-store');
  });

  test.each(['client_credentials', 'password', 'implicit', 'urn:ietf:params:oauth:grant-type:device_code'])(
    'the grant %s does not exist',
    async (grant_type) => {
      const answer = await post(server, '/token', { grant_type }, { client: 'web' });
      expect(answer).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } });
    },
  );
});

function hashOf(id: string): string {
  return createHash('sha256').update(secretOf(id)).digest('hex');
}
