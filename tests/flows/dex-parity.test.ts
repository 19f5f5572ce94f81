/**
 * What people who come from Dex rely on, at the edges that no other test of the flows touches: docs/from-dex.md names
 * the test for each row.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRedirect, client, type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { textOf } from '../support/http-browser.ts';
import { type Answer, answerOf, authorize, post, refreshGrant } from '../support/oidc-flow.ts';
import { RelyingParty, type Tokens } from '../support/relying-party.ts';
import { until } from '../support/until.ts';

/** As Dex's own examples have it: the password is `password`. */
const passwordHash = '$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W';
const account = {
  id: '08a8684b-db88-4b73-90a9-3cd1661f5466',
  email: 'admin@example.com',
  passwordHash: { fromEnv: 'ADMIN_HASH' },
  groups: ['admins'],
};
const subjectInDex = 'CiQwOGE4Njg0Yi1kYjg4LTRiNzMtOTBhOS0zY2QxNjYxZjU0NjYSBWxvY2Fs';
const secrets = ['a secret: 100% + "quotes" & =', 'the-next-secret-of-this-client'] as const;

let house: House;
let unfinished: Socket;
const local = { id: 'local', type: 'local', name: 'Email' };
const corp = {
  ...mock('corp', 'Example directory', { kind: 'password' }),
  rules: { require: { anyGroup: ['admins'] } },
};
const sso = mock('sso', 'Example single sign-on', { kind: 'redirect' });
const clients = [
  client('app', { secrets: [{ fromEnv: 'FIRST' }, { fromEnv: 'SECOND' }], connectors: ['local'] }),
  client('two-ways', { public: true, connectors: ['corp', 'sso'] }),
  client('every-way', { public: true, trusted: false, refreshTokens: 'requested' }),
  client('audience-only', { public: true, redirectUris: [] }),
];

beforeAll(async () => {
  house = await openHouse({
    config: { connectors: [local, corp, sso], users: [account], clients },
    env: { FIRST: secrets[0], SECOND: secrets[1], ADMIN_HASH: passwordHash },
  });
  const { hostname, port } = new URL(house.issuer);
  unfinished = connect(Number(port), hostname).on('error', () => {});
  unfinished.write('GET /keys HTTP/1.1\r\nHost: ');
  unfinished.resume();
});

afterAll(async () => {
  unfinished?.destroy();
  await house?.close();
});

function party(clientId = 'app', redirectUri = appRedirect): Promise<RelyingParty> {
  const secret = clientId === 'app' ? { clientSecret: secrets[0] } : {};
  return RelyingParty.discover({ issuer: house.issuer, clientId, redirectUri, ...secret });
}

async function signIn(parameters: Record<string, string> = {}): Promise<Tokens> {
  return await (await party()).signIn(account.email, 'password', parameters);
}

async function get(path: string): Promise<Answer> {
  return await answerOf(await fetch(`${house.issuer}${path}`, { redirect: 'manual' }));
}

/** The address of the application is not opened. */
async function refusal(rp: RelyingParty, parameters: Record<string, string>): Promise<URLSearchParams> {
  return (await authorize(rp, parameters)).answer;
}

/** A code that nobody has redeemed, with what is needed to do so. */
async function freshCode(parameters: Record<string, string> = {}) {
  const rp = await party();
  const authorization = await rp.authorization(parameters);
  const form = await rp.browser.go(authorization.url);
  const end = await rp.browser.submit(form, { login: account.email, password: 'password' }, appRedirect);
  return {
    grant_type: 'authorization_code',
    code: end.location?.searchParams.get('code') ?? '',
    redirect_uri: appRedirect,
    code_verifier: authorization.verifier,
  };
}

const basic = (secret: string) => ({
  authorization: `Basic ${Buffer.from(`app:${formEncoded(secret)}`).toString('base64')}`,
});
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);

function token(body: Record<string, string>, headers: Record<string, string> = basic(secrets[0])) {
  return post(house, '/token', body, { headers });
}

describe('an account of the configuration', () => {
  test('with the id and the bcrypt hash that it had in Dex signs in as the same subject', async () => {
    const claims = decodeJwt((await signIn()).id_token ?? '');
    expect(claims).toMatchObject({
      sub: subjectInDex,
      email: account.email,
      email_verified: true,
      groups: ['admins'],
    });
  });

  test('without a name is called by its address', async () => {
    const { name, preferred_username } = decodeJwt((await signIn()).id_token ?? '');
    expect([name, preferred_username]).toEqual([account.email, account.email]);
  });
});

describe('a client', () => {
  test.each(['first', 'second'])(
    'is known by its %s secret, whatever is in it, in the header',
    async (which) => {
      const secret = secrets[which === 'first' ? 0 : 1];
      expect((await token(await freshCode(), basic(secret))).status).toBe(200);
    },
  );

  test.each(['first', 'second'])(
    'is known by its %s secret, whatever is in it, in the body',
    async (which) => {
      const client_secret = secrets[which === 'first' ? 0 : 1];
      const body = { ...(await freshCode()), client_id: 'app', client_secret };
      expect((await token(body, {})).status).toBe(200);
    },
  );

  test('that authenticates in two ways at once is refused', async () => {
    const body = { ...(await freshCode()), client_id: 'app', client_secret: secrets[0] };
    expect(await token(body)).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  test('that fails to authenticate is told how to', async () => {
    const answer = await token({ grant_type: 'authorization_code', code: 'x' }, basic('wrong'));
    expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  test('without a name is called by its id where the person is asked', async () => {
    const rp = await party('every-way');
    const { url } = await rp.authorization({ connector_id: 'corp' });
    const form = await rp.browser.go(url);
    const consent = await rp.browser.submit(form, { login: 'alice', password: passwordOf('alice') });
    expect(textOf(consent)).toContain('Allow every-way?');
  });

  test('without redirect addresses is an audience, and signs nobody in', async () => {
    const rp = await party('audience-only', 'http://localhost:8000/cb');
    const page = await rp.browser.go((await rp.authorization()).url);
    expect(page.status).toBe(400);
  });
});

describe('the authorization endpoint', () => {
  test('shows one link for each connector of the client, and no other', async () => {
    const rp = await party('two-ways');
    const page = await rp.browser.go((await rp.authorization()).url);
    const links = [...page.body.matchAll(/href="[^"]*\/with\/([^"/]+)"/g)].map(([, id]) => id);
    expect(links).toEqual(['corp', 'sso']);
  });

  test('below which a connector is named goes to it, past the choice', async () => {
    const rp = await party('every-way');
    const { url } = await rp.authorization();
    url.pathname += '/local';
    const page = textOf(await rp.browser.go(url));
    expect(page).toContain('E-mail address');
    expect(page).not.toContain('Example single sign-on');
  });

  test('takes a challenge without a method for plain, and refuses that', async () => {
    const answer = await refusal(await party(), { code_challenge_method: '' });
    expect(answer.get('error')).toBe('invalid_request');
  });

  test.each([
    ['no response type', { response_type: '' }, 'invalid_request'],
    ['a prompt of none together with another', { prompt: 'none login' }, 'invalid_request'],
    ['nobody signed in, and none to be asked', { prompt: 'none' }, 'login_required'],
  ])('tells the client of %s, with state and issuer', async (_what, parameters, error) => {
    const answer = await refusal(await party(), { ...parameters, state: 'abc' });
    expect(Object.fromEntries(answer)).toMatchObject({ error, state: 'abc', iss: house.issuer });
  });

  test('ignores parameters that it does not know', async () => {
    const rp = await party();
    const { url } = await rp.authorization({
      ...{ approval_prompt: 'force', display: 'popup', claims: '{"id_token":{}}', foo: 'bar' },
      ...{ acr_values: 'x', ui_locales: 'de', resource: 'https://api.example.com' },
    });
    expect((await rp.browser.go(url)).status).toBe(200);
  });

  test('needs no nonce', async () => {
    const rp = await party();
    const { url } = await rp.authorization();
    url.searchParams.delete('nonce');
    expect((await rp.browser.go(url)).status).toBe(200);
  });

  test.each([
    ['client', { client_id: 'example-app' }, 'example-app'],
    ['address', { redirect_uri: `${appRedirect}/` }, `${appRedirect}/`],
  ])('tells the operator, and nobody else, which %s is not registered', async (_what, wrong, asked) => {
    const rp = await party();
    const page = await rp.browser.go((await rp.authorization(wrong)).url);
    expect(page.status).toBe(400);
    expect(page.body).not.toContain(asked);
    await until('the line in the log', () => house.gatehouse.output().includes(`"asked":"${asked}"`));
  });

  test('sends no code to the out-of-band address', async () => {
    const rp = await party('audience-only', 'urn:ietf:wg:oauth:2.0:oob');
    expect((await rp.browser.go((await rp.authorization()).url)).status).toBe(400);
  });
});

describe('the token endpoint', () => {
  test('answers with the scope and every token, and lets nobody keep the answer', async () => {
    const { status, headers, json } = await token(await freshCode());
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'openid email profile groups offline_access',
    });
  });

  test.each([
    ['no code', { code: '' }, 'invalid_request'],
    ['an unknown code', { code: 'x'.repeat(43) }, 'invalid_grant'],
    ['no verifier', { code_verifier: '' }, 'invalid_grant'],
    ['a verifier that is too short', { code_verifier: 'x'.repeat(42) }, 'invalid_request'],
    [
      'a verifier with a sign that has no place in it',
      { code_verifier: `${'x'.repeat(42)} ` },
      'invalid_request',
    ],
    ['a verifier that is wrong', { code_verifier: 'x'.repeat(43) }, 'invalid_grant'],
    ['another redirect address', { redirect_uri: `${appRedirect}/x` }, 'invalid_grant'],
  ])('refuses %s, and leaves the code as it was', async (_what, wrong, error) => {
    const good = await freshCode();
    expect(await token({ ...good, ...wrong })).toMatchObject({ status: 400, json: { error } });
    expect((await token(good)).status).toBe(200);
  });

  test('refuses a verifier where no challenge was sent', async () => {
    const grant = await freshCode({ code_challenge: '', code_challenge_method: '' });
    expect(await token(grant)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
  });

  test('has no grant that is not in the discovery document', async () => {
    const { json } = await get('/.well-known/openid-configuration');
    expect(json.grant_types_supported).toEqual(['authorization_code', 'refresh_token']);
    for (const grant of ['device_code', 'token-exchange']) {
      const grant_type = `urn:ietf:params:oauth:grant-type:${grant}`;
      expect((await token({ grant_type })).json.error).toBe('unsupported_grant_type');
    }
  });

  test('says invalid_grant for a refresh token that nobody knows, so that the client stops', async () => {
    for (const refresh_token of ['x', 'ChBhYmNkZWZnaGlqa2xtbm9wEgt0b2tlbnNlY3JldA']) {
      const answer = await token(refreshGrant(refresh_token));
      expect(answer).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    }
  });

  test('answers a refresh with an access token, an ID token and a new refresh token', async () => {
    const { refresh_token } = await signIn();
    const { json } = await token(refreshGrant(refresh_token));
    expect(Object.keys(json).sort()).toEqual([
      ...['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'],
    ]);
    expect(json.refresh_token).not.toBe(refresh_token);
  });
});

describe('a person', () => {
  test('who is not in a demanded group stays out, though the client does not ask for groups', async () => {
    // Attack: the demand is looked at only where groups are asked for, so the client leaves the scope away.
    const rp = await party('every-way');
    const { url } = await rp.authorization({ connector_id: 'corp', scope: 'openid' });
    const form = await rp.browser.go(url);
    const page = await rp.browser.submit(form, { login: 'bob', password: passwordOf('bob') }, appRedirect);
    expect([page.status, textOf(page)]).toEqual([403, expect.stringContaining('not allowed')]);
  });

  test('who signs in elsewhere changes neither the age of this session nor the auth_time of its tokens', async () => {
    const here = await party();
    const tokens = await here.signIn(account.email, 'password');
    const elsewhere = await party();
    await sleep(2100);
    await elsewhere.signIn(account.email, 'password');
    const young = { max_age: '1', prompt: 'none' };
    expect((await refusal(here, young)).get('error')).toBe('login_required');
    const next = await here.refresh(tokens.refresh_token ?? '');
    expect(decodeJwt(next.id_token ?? '').auth_time).toBe(decodeJwt(tokens.id_token ?? '').auth_time);
  });
});

describe('an ID token', () => {
  test('has algorithm and key id in its header, and no claim that discovery does not list', async () => {
    const { json } = await get('/.well-known/openid-configuration');
    const id_token = (await signIn({ scope: 'openid email profile groups federated:id' })).id_token ?? '';
    expect(decodeProtectedHeader(id_token)).toEqual({ alg: 'RS256', kid: expect.any(String) });
    expect(json.claims_supported).toEqual(expect.arrayContaining(Object.keys(decodeJwt(id_token))));
    expect(json.claims_supported).not.toContain('locale');
    expect(decodeJwt(id_token)).not.toHaveProperty('c_hash');
  });

  test('and an access token are not alike: the latter says nothing to whoever verifies tokens', async () => {
    const { access_token } = await signIn();
    expect(access_token).not.toContain('.');
  });
});

describe('the routes', () => {
  test.each([
    ['/', 'text/html; charset=utf-8'],
    ['/healthz', 'application/json; charset=utf-8'],
    ['/readyz', 'application/json; charset=utf-8'],
    ['/robots.txt', 'text/plain; charset=utf-8'],
  ])('%s is there', async (path, type) => {
    const { status, headers } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each(['/device', '/device/code', '/mfa', '/approval', '/metrics', '/off/device/code', '/theme/x.css'])(
    '%s is not',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  test('say what a browser may do with the answer, also where there is nothing and for programs', async () => {
    for (const path of ['/', '/nowhere', '/keys', '/token', '/auth', '/healthz']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options'), path).toBe('DENY');
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    }
  });

  test('are not held by a request that never ends', async () => {
    // Attack: ten thousand connections that send half a header each.
    if (!unfinished.closed) await once(unfinished, 'close');
    expect(unfinished.closed).toBe(true);
  });
});

describe('the discovery document', () => {
  test('has what Dex says about the same things, and what it leaves out', async () => {
    const { json } = await get('/.well-known/openid-configuration');
    expect(json).toMatchObject({
      subject_types_supported: ['public'],
      scopes_supported: ['openid', 'email', 'profile', 'groups', 'offline_access', 'federated:id'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
      response_modes_supported: expect.arrayContaining(['query', 'form_post']),
      claim_types_supported: ['normal'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      request_uri_parameter_supported: false,
      claims_supported: expect.arrayContaining([
        ...['iss', 'sub', 'aud', 'iat', 'exp', 'email', 'email_verified', 'name', 'preferred_username'],
        ...['at_hash', 'groups', 'federated_claims', 'sid'],
      ]),
    });
  });

  test('has nothing of what is not built', async () => {
    const { json } = await get('/.well-known/openid-configuration');
    for (const member of ['device_authorization_endpoint', 'backchannel_logout_supported']) {
      expect(json).not.toHaveProperty(member);
    }
  });
});

describe('a change of the configuration while a token or a code is out', () => {
  test('a client that may not use the connector any more, or a connector that is gone, is invalid_grant', async () => {
    const { refresh_token } = await signIn();
    const code = await freshCode();
    const [app, ...others] = clients;
    await house.restart({ clients: [{ ...app, connectors: ['corp'] }, ...others] });
    expect((await token(refreshGrant(refresh_token))).json.error).toBe('invalid_grant');
    await house.restart({
      connectors: [corp, sso],
      users: [],
      clients: [{ ...app, connectors: [] }, ...others],
    });
    expect((await token(code)).json.error).toBe('invalid_grant');
    await house.restart({ connectors: [local, corp, sso], users: [account], clients });
    expect((await token(refreshGrant(refresh_token))).status).toBe(200);
  });
});
