import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startHostileOidcProvider, unsigned } from '../../../tests/support/hostile/oidc-provider.ts';
import { configSchema } from './config.ts';
import oauth2 from './index.ts';
import type { State } from './state.ts';

const callbackUrl = new URL('https://login.example.com/callback/forum');
const upstream = await startHostileOidcProvider();
afterAll(() => upstream.stop());
/** Without the ID token, which this kind of upstream does not have. */
const plain = { token: ({ id_token: _, ...rest }: Record<string, unknown>) => rest };
beforeEach(() => {
  upstream.honest();
  upstream.lies = plain;
  upstream.person = {
    id: 1815,
    login: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    teams: ['staff'],
  };
});

function open(options: object = {}) {
  const config = configSchema.parse({
    authorizationUrl: `${upstream.issuer}/authorize`,
    tokenUrl: `${upstream.issuer}/token`,
    userinfoUrl: `${upstream.issuer}/userinfo`,
    clientId: 'gatehouse',
    clientSecret: 'a secret that nobody may see',
    claims: { groups: 'teams' },
    ...options,
  });
  return oauth2.open(config, testHost({ now: new Date() }));
}

async function signIn(connector = open(), wish = { fresh: false }): Promise<Identity<State>> {
  assert.ok(connector.login.kind === 'redirect');
  const { departure, memo } = await connector.login.begin(
    { token: 'our-token', callbackUrl, wish },
    testCall(),
  );
  const arrival = { method: 'GET', params: upstream.visit(departure.url), headers: {} } as const;
  return await connector.login.finish({ arrival, memo, callbackUrl }, testCall());
}

async function refresh(identity: Identity<State>, connector = open()) {
  assert.ok(connector.refresh);
  return await connector.refresh(identity, testCall());
}

const refused = (code: string, reason: RegExp) => (error: unknown) =>
  ConnectorError.is(error) && error.code === code && reason.test(error.message);

describe('a sign-in', () => {
  test('gives what the userinfo endpoint says, the number as text, the address unverified', async () => {
    expect(await signIn()).toMatchObject({
      upstreamId: '1815',
      username: 'ada',
      displayName: 'Ada Lovelace',
      email: { address: 'ada@example.com', verified: false },
      groups: ['staff'],
    });
  });

  // Attack: a token of the upstream for somebody else, or made by anybody; Dex took groups out of it.
  test('reads no token that looks like a JWT', async () => {
    const forged = unsigned({ id: 1, login: 'eve', teams: ['admins'], groups: ['admins'] });
    upstream.lies = { token: (honest) => ({ ...plain.token(honest), access_token: forged }) };
    expect(await signIn()).toMatchObject({ upstreamId: '1815', groups: ['staff'] });
  });

  // Attack: two people whose numbers are the same once JSON has rounded them.
  test.each([
    ['a number too large', { id: 2 ** 53 }, 'bad_response', /a whole number that fits/],
    ['a number with a point', { id: 1.5 }, 'bad_response', /a whole number that fits/],
    ['a list', { id: [1815] }, 'bad_response', /"id"/],
    ['nothing', { id: undefined }, 'misconfigured', /claims\.id/],
    ['an empty text', { id: '' }, 'misconfigured', /claims\.id/],
  ] as const)('is refused with %s for an id', async (_, change, code, reason) => {
    upstream.person = { ...upstream.person, ...change };
    await assert.rejects(signIn(), refused(code, reason));
  });

  test.each([
    ['a list', '[]', 'bad_response', /no object/],
    ['null', 'null', 'bad_response', /no object/],
    ['HTML', '<html>', 'bad_response', /not JSON/],
  ] as const)('is refused where the answer is %s', async (_, body, code, reason) => {
    upstream.lies = { ...plain, userinfo: () => (response: ServerResponse) => void response.end(body) };
    await assert.rejects(signIn(), refused(code, reason));
  });

  test('cannot be a fresh one, unless the upstream is believed', async () => {
    await assert.rejects(signIn(open(), { fresh: true }), refused('misconfigured', /cannot prove one/));
    expect(await signIn(open({ insecureNoFreshnessProof: true }), { fresh: true })).toMatchObject({
      username: 'ada',
    });
  });

  // Attack: somebody at an unlocked screen, where a client wants a sign-in of the last minutes.
  test.each([
    [{ fresh: true }, 'login'],
    [{ fresh: false, maxAge: 300 }, 'login'],
    [{ fresh: false }, null],
  ])('tells the upstream to ask again for the wish %j: %s', async (wish, prompt) => {
    const { login } = open({ insecureNoFreshnessProof: true });
    assert.ok(login.kind === 'redirect');
    const { departure } = await login.begin({ token: 'our-token', callbackUrl, wish }, testCall());
    assert.equal(departure.url.searchParams.get('prompt'), prompt);
  });

  test('compares who answers, where that is written down', async () => {
    upstream.lies = { ...plain, back: (params) => params.set('iss', 'https://evil.example') };
    expect(await signIn()).toMatchObject({ username: 'ada' });
    await assert.rejects(signIn(open({ issuer: upstream.issuer })), refused('bad_response', /"iss"/));
    upstream.lies = { ...plain, back: (params) => params.delete('iss') };
    await assert.rejects(signIn(open({ issuer: upstream.issuer })), refused('bad_response', /"iss"/));
  });
});

// Attack: mix-up within one installation. The answer to a login at one service is shown to another.
test('a memo of another service is refused, and nobody is shown the code', async () => {
  const [theirs, ours] = [open({ tokenUrl: `${upstream.issuer}/elsewhere` }), open()];
  assert.ok(theirs.login.kind === 'redirect' && ours.login.kind === 'redirect');
  const begun = await theirs.login.begin(
    { token: 'our-token', callbackUrl, wish: { fresh: false } },
    testCall(),
  );
  const params = upstream.visit(begun.departure.url);
  const back = { arrival: { method: 'GET', params, headers: {} }, memo: begun.memo, callbackUrl } as const;
  await assert.rejects(ours.login.finish(back, testCall()), refused('bad_response', /another upstream/));
  assert.deepEqual(upstream.tokenRequests, []);
});

describe('a refresh', () => {
  const noRefreshToken = {
    token: ({ access_token, token_type }: Record<string, unknown>) => ({ access_token, token_type }),
  };

  test('believes nothing about another person', async () => {
    const identity = await signIn();
    upstream.person = { ...upstream.person, id: 1816 };
    await assert.rejects(refresh(identity), refused('bad_response', /another person/));
  });

  test('goes by the access token where that has no end and there is no other', async () => {
    upstream.lies = noRefreshToken;
    const identity = await signIn();
    assert.equal(identity.state.kind, 'accessToken');
    upstream.person = { ...upstream.person, teams: ['writers'] };
    expect(await refresh(identity)).toMatchObject({ status: 'current', identity: { groups: ['writers'] } });
    upstream.lies = { userinfo: () => (response: ServerResponse) => void response.writeHead(401).end() };
    expect(await refresh(identity)).toMatchObject({ status: 'gone', proof: 'absent' });
    await assert.rejects(
      refresh(identity, open({ revoked: 'unavailable' })),
      refused('unavailable', /does not take/),
    );
  });

  test('takes a fresh access token that is refused for a fault over there', async () => {
    const identity = await signIn();
    upstream.lies = {
      ...plain,
      userinfo: () => (response: ServerResponse) => void response.writeHead(401).end(),
    };
    await assert.rejects(refresh(identity), refused('unavailable', /does not take/));
  });

  test('leaves everything as it was where there is nothing to ask with', async () => {
    upstream.lies = { token: (honest) => ({ ...noRefreshToken.token(honest), expires_in: 3600 }) };
    const identity = await signIn();
    upstream.honest();
    assert.deepEqual(await refresh(identity), { status: 'current', identity });
    assert.deepEqual(upstream.asked, []);
    upstream.lies = { token: (honest) => ({ ...noRefreshToken.token(honest), expires_in: 3600 }) };
    await assert.rejects(signIn(open({ refresh: 'required' })), refused('misconfigured', /no refresh token/));
  });
});

// Attack: whoever reads the log. Proxies, and services in a debug mode, repeat what they were sent.
test('the secret of the client is quoted neither by a sign-in nor by a check', async () => {
  const clientSecret = 'a secret with ü, / and +';
  const connector = open({ clientSecret, clientAuthentication: 'client_secret_post' });
  upstream.lies = {
    token: (_, sent) => (response: ServerResponse) => {
      const body = { error: 'invalid_client', error_description: `${sent} ${sent.get('client_secret')}` };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    },
  };
  const refused = await signIn(connector).catch((error: unknown) => error);
  assert.ok(ConnectorError.is(refused) && /client_secret=…/.test(refused.message));
  for (const text of [refused.message, JSON.stringify(await connector.check(testCall()))]) {
    assert.ok(!/with ü|with\+%C3|with%20%C3/.test(text), text);
  }
});

test('connector check finds a userinfo endpoint that answers to anybody', async () => {
  const lines = await open().check(testCall());
  expect(lines.filter(({ ok }) => !ok)).toMatchObject([
    { name: 'userinfo', detail: expect.stringMatching(/nobody has/) },
  ]);
});

test.each([
  ['OpenID Connect', { scopes: ['openid'] }, /type: oidc/],
  ['an address without TLS', { userinfoUrl: 'http://forum.example.com/me' }, /is not HTTPS/],
  ['a parameter that is ours', { parameters: { redirect_uri: 'https://evil.example' } }, /sent by Gatehouse/],
])('%s is refused in the configuration', (_, change, reason) => {
  assert.throws(() => open(change), reason);
});
