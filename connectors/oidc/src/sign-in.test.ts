import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startHostileOidcProvider } from '../../../tests/support/hostile/oidc-provider.ts';
import { beginAt, callbackUrl, openAt, signInAt } from './testing/open-connector.ts';

const upstream = await startHostileOidcProvider();
afterAll(() => upstream.stop());
beforeEach(async () => {
  await upstream.start();
  upstream.honest();
  upstream.person = { sub: 'u-1', preferred_username: 'ada', groups: ['staff'] };
});

const parametersOf = async (options: object, wish = {}) => {
  const { departure } = await beginAt(openAt(upstream, options), { fresh: false, ...wish });
  return Object.fromEntries(departure.url.searchParams);
};

describe('what is asked for', () => {
  test('is a code, with PKCE and a nonce, once for each sign-in', async () => {
    const [first, second] = [await parametersOf({}), await parametersOf({})];
    expect(first).toMatchObject({
      response_type: 'code',
      client_id: 'gatehouse',
      redirect_uri: callbackUrl.href,
      scope: 'openid profile email',
      state: 'our-token',
      code_challenge_method: 'S256',
    });
    assert.notEqual(first.nonce, second.nonce);
    assert.notEqual(first.code_challenge, second.code_challenge);
  });

  test('is what the client wished: hint, languages, level', async () => {
    const wish = { loginHint: 'ada@example.com', locales: ['de', 'en'], acrValues: ['gold'], maxAge: 60 };
    expect(await parametersOf({}, wish)).toMatchObject({
      login_hint: 'ada@example.com',
      ui_locales: 'de en',
      acr_values: 'gold',
      max_age: '60',
    });
  });

  test('is a password for a fresh sign-in, besides the prompt that is configured', async () => {
    const fresh = await parametersOf({ prompt: 'consent' }, { fresh: true });
    expect(fresh).toMatchObject({ prompt: 'consent login', max_age: '0' });
    expect(await parametersOf({ prompt: 'none' }, { fresh: true })).toMatchObject({ prompt: 'login' });
    expect(await parametersOf({ prompt: 'consent' })).not.toHaveProperty('max_age');
  });

  test('is what the administrator wrote, and the level that is configured goes before the wish', async () => {
    const options = {
      parameters: { domain_hint: 'example.com' },
      scopes: ['groups'],
      offlineAccess: true,
      acrValues: ['gold'],
    };
    expect(await parametersOf(options, { acrValues: ['bronze'] })).toMatchObject({
      domain_hint: 'example.com',
      scope: 'openid groups offline_access',
      acr_values: 'gold',
    });
  });
});

describe('discovery', () => {
  test('waits until it is needed, and is tried again after a failure', async () => {
    await upstream.stop();
    const opened = openAt(upstream);
    await assert.rejects(
      beginAt(opened),
      (error) => ConnectorError.is(error) && error.code === 'unavailable',
    );
    await upstream.start();
    await beginAt(opened);
    await beginAt(opened);
    assert.deepEqual(upstream.asked, ['/.well-known/openid-configuration']);
  });

  test('is asked for again after an hour, and its last answer serves while it is away', async () => {
    const opened = openAt(upstream);
    await beginAt(opened);
    await upstream.stop();
    opened.host.advance(3_600_001);
    await beginAt(opened);
    expect(opened.host.logged.map(({ message }) => message)).toContain(
      'discovery document could not be read again, the last one stays',
    );
  });

  // Attack: the browser, with all that it asks for, is sent over plain HTTP.
  test.each(['http://sso.example.com/auth', 'javascript:alert(1)', '/auth'])(
    'of an upstream with TLS leads no browser to %s',
    async (authorization_endpoint) => {
      const issuer = 'https://sso.example.com';
      const document = { issuer, authorization_endpoint, token_endpoint: `${issuer}/token` };
      const opened = openAt(upstream, { issuer }, async () => Response.json(document));
      await assert.rejects(
        beginAt(opened),
        (error) => ConnectorError.is(error) && error.code === 'bad_response',
      );
    },
  );

  // Attack: an upstream that keeps quiet about its document alone, so that every refresh waits for that until its end.
  test('is left alone for a minute after a failure, while its last answer serves', async () => {
    const opened = openAt(upstream);
    await beginAt(opened);
    upstream.lies = { discovery: () => (response) => void response.writeHead(503).end() };
    opened.host.advance(3_600_001);
    for (let turn = 0; turn < 3; turn += 1) await beginAt(opened);
    assert.equal(upstream.asked.length, 2);
    opened.host.advance(60_001);
    upstream.lies = {};
    for (let turn = 0; turn < 3; turn += 1) await beginAt(opened);
    assert.equal(upstream.asked.length, 3);
  });

  // … and the first one that waited is told so, while the next one is not.
  test('that has used up the time of one call does not use up that of the next', async () => {
    const opened = openAt(upstream);
    await beginAt(opened);
    upstream.lies = { discovery: () => () => undefined };
    opened.host.advance(3_600_001);
    assert.ok(opened.connector.login.kind === 'redirect');
    const beginning = { token: 't', callbackUrl, wish: { fresh: false } };
    const impatient = { ...testCall(), signal: AbortSignal.timeout(200) };
    await assert.rejects(opened.connector.login.begin(beginning, impatient));
    await opened.connector.login.begin(beginning, { ...testCall(), signal: AbortSignal.timeout(200) });
  });

  test('gives way to the endpoints that are written down', async () => {
    const { connector } = openAt(upstream, {
      endpoints: { authorization: 'https://login.example.com/elsewhere' },
    });
    assert.ok(connector.login.kind === 'redirect');
    const { departure } = await connector.login.begin(
      { token: 't', callbackUrl, wish: { fresh: false } },
      testCall(),
    );
    assert.equal(departure.url.origin + departure.url.pathname, 'https://login.example.com/elsewhere');
  });
});

describe('the person', () => {
  const signIn = (options: object = {}) => signInAt(upstream, openAt(upstream, options));

  test.each([
    ['a list', ['a', 'b', 'a'], {}, ['a', 'b']],
    ['one text', 'a', {}, ['a']],
    ['one text with several', 'a, b', { separator: ',' }, ['a', 'b']],
    ['objects with a name', [{ name: 'a' }, { name: 'b' }], {}, ['a', 'b']],
    ['objects with another key', [{ path: '/a' }], { nameKey: 'path' }, ['/a']],
    ['none', [], {}, []],
    ['an empty text', '', {}, []],
    ['with a suffix', ['a'], { prefix: 'x:', suffix: ':owner' }, ['x:a:owner']],
  ])('has groups from %s', async (_, groups, source, expected) => {
    upstream.person = { ...upstream.person, groups };
    const identity = await signIn({ claims: { groups: [{ claim: 'groups', ...source }] } });
    assert.deepEqual(identity.groups, expected);
  });

  test('has groups from nested claims, from names with dots, and from several claims', async () => {
    upstream.person = {
      ...upstream.person,
      resource_access: { 'my.app': { roles: ['reader'] } },
      'https://example.com/roles': ['writer'],
      realm_access: { roles: ['admin'] },
    };
    const claims = [
      ['resource_access', 'my.app', 'roles'],
      'https://example.com/roles',
      'realm_access.roles',
    ];
    const identity = await signIn({ claims: { groups: claims.map((claim) => ({ claim })) } });
    assert.deepEqual(identity.groups, ['reader', 'writer', 'admin']);
  });

  // Attack: nOAuth. The address of somebody else, in an account whose owner wrote it there.
  test.each([
    [true, true],
    ['true', true],
    [false, false],
    ['false', false],
    ['yes', false],
    [1, false],
    [undefined, false],
  ])('has an address that is verified only where the upstream says so: %j', async (said, verified) => {
    upstream.person = { ...upstream.person, email: 'ada@example.com', email_verified: said };
    assert.deepEqual((await signIn()).email, { address: 'ada@example.com', verified });
  });

  test('keeps a "no" about the address whatever is assumed', async () => {
    upstream.person = { ...upstream.person, email: 'ada@example.com', email_verified: false };
    const claims = { insecureAssumeEmailVerified: true };
    assert.equal((await signIn({ claims })).email?.verified, false);
    upstream.person = { ...upstream.person, email_verified: undefined };
    assert.equal((await signIn({ claims })).email?.verified, true);
  });

  test('has what the upstream says of how and when they proved who they are', async () => {
    upstream.person = { ...upstream.person, acr: 'gold', amr: ['pwd', 'otp'], sid: 's-1' };
    const identity = await signIn({ acrValues: ['gold'] });
    expect(identity).toMatchObject({
      authenticated: { acr: 'gold', amr: ['pwd', 'otp'] },
      upstreamSession: 's-1',
    });
    assert.ok(identity.authenticated?.at instanceof Date);
  });

  test('has from userinfo what the ID token does not say, and nothing that it does', async () => {
    upstream.lies = { userinfo: (honest) => ({ ...honest, name: 'Ada Lovelace', groups: ['other'] }) };
    expect(await signIn({ userinfo: true })).toMatchObject({
      displayName: 'Ada Lovelace',
      groups: ['staff'],
    });
  });

  test('needs a name, and the error says which claims were tried', async () => {
    upstream.person = { sub: 'u-1' };
    await assert.rejects(signIn(), /"preferred_username", "email".*`claims.username`/);
  });
});

test('the keys of one sign-in serve the next', async () => {
  const opened = openAt(upstream);
  await signInAt(upstream, opened);
  await signInAt(upstream, opened);
  assert.equal(upstream.asked.filter((path) => path === '/keys').length, 1);
});

// Attack: mix-up within one installation. The answer to a login at one connector is shown to another.
test('a memo of another issuer is refused', async () => {
  const other = await startHostileOidcProvider();
  try {
    const [ours, theirs] = [openAt(upstream), openAt(other)];
    const { departure, memo } = await beginAt(theirs);
    const arrival = { method: 'GET', params: other.visit(departure.url), headers: {} } as const;
    assert.ok(ours.connector.login.kind === 'redirect');
    await assert.rejects(
      ours.connector.login.finish({ arrival, memo, callbackUrl }, testCall()),
      /another issuer/,
    );
    assert.deepEqual(upstream.tokenRequests, []);
  } finally {
    await other.stop();
  }
});
