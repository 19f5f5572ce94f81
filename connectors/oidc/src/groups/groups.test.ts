import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { decodeJwt, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startHostileOidcProvider } from '../../../../tests/support/hostile/oidc-provider.ts';
import { openAt, signInAt } from '../testing/open-connector.ts';

const upstream = await startHostileOidcProvider();
afterAll(() => upstream.stop());
beforeEach(() => {
  upstream.honest();
  asked.length = 0;
});

const asked: { url: URL; headers: Headers; body: URLSearchParams }[] = [];
type Played = (url: URL, body: URLSearchParams) => Response | undefined;

/** Plays what lies outside; everything else goes to the provider. */
function playing(play: Played): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input));
    const body = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : undefined);
    const answer = url.origin === upstream.issuer ? undefined : play(url, body);
    if (answer === undefined) return await fetch(input, init);
    asked.push({ url, headers: new Headers(init?.headers), body });
    return answer;
  };
}

const refused = (code: string, reason: RegExp) => (error: unknown) =>
  ConnectorError.is(error) && error.code === code && reason.test(error.message);

describe('Microsoft Graph', () => {
  const group = (id: string, more = {}) => ({
    id,
    displayName: `Group ${id}`,
    securityEnabled: true,
    ...more,
  });
  const overflowing = {
    groups: undefined,
    _claim_names: { groups: 'src1' },
    _claim_sources: { src1: { endpoint: 'https://graph.windows.net/me' } },
  };

  beforeEach(() => {
    upstream.person = { sub: 's-1', oid: 'o-1', preferred_username: 'ada@example.com', groups: ['g-1'] };
  });

  function signIn(graph: object | undefined, play: Played = () => undefined) {
    const options = { preset: 'microsoft', claims: {}, ...(graph && { graph }) };
    return signInAt(upstream, openAt(upstream, options, playing(play)));
  }

  test('is not asked where the token has the groups', async () => {
    assert.deepEqual((await signIn({})).groups, ['g-1']);
    assert.deepEqual(asked, []);
  });

  test('is asked for all pages where the token could not hold them, and not where the token says', async () => {
    upstream.person = { ...upstream.person, ...overflowing };
    const identity = await signIn({}, ({ pathname, searchParams }) => {
      assert.equal(pathname, '/v1.0/me/transitiveMemberOf/microsoft.graph.group');
      if (searchParams.has('next')) return Response.json({ value: [group('g-3')] });
      return Response.json({
        value: [group('g-1'), group('g-2', { securityEnabled: false })],
        '@odata.nextLink': `https://graph.microsoft.com${pathname}?next=2`,
      });
    });
    assert.deepEqual(identity.groups, ['g-1', 'g-3']);
    assert.deepEqual(identity.upstreamId, 'o-1');
    assert.ok(
      asked.every(({ url, headers }) => url.host === 'graph.microsoft.com' && headers.has('authorization')),
    );
  });

  test('is asked for everybody, by name, where that is configured', async () => {
    const graph = { when: 'always', name: 'displayName', securityGroupsOnly: false };
    const identity = await signIn(graph, () => Response.json({ value: [group('g-1'), group('g-2')] }));
    assert.deepEqual(identity.groups, ['Group g-1', 'Group g-2']);
  });

  // Never "no groups": a rule that denies a group would let its members in.
  test.each([
    ['nobody may be asked', undefined, () => Response.json({}), 'misconfigured', /configure `graph`/],
    ['it is out of order', {}, () => new Response(null, { status: 503 }), 'unavailable', /503/],
    ['it refuses', {}, () => new Response(null, { status: 403 }), 'misconfigured', /403/],
    ['it does not take the token', {}, () => new Response(null, { status: 401 }), 'unavailable', /401/],
    ['it sends something else', {}, () => Response.json({ groups: [] }), 'unavailable', /another form/],
    ['it sends HTML', {}, () => new Response('<html>'), 'bad_response', /not JSON/],
    [
      'it shows groups and not what they are',
      {},
      () => Response.json({ value: [{ id: 'g-1' }] }),
      'misconfigured',
      /GroupMember/,
    ],
    [
      'it has pages without end',
      {},
      (url: URL) => Response.json({ value: [], '@odata.nextLink': url.href }),
      'unavailable',
      /not complete/,
    ],
    [
      'it sends the token elsewhere',
      {},
      () => Response.json({ value: [], '@odata.nextLink': 'https://evil.example/' }),
      'unavailable',
      /evil\.example/,
    ],
    [
      'its next page is no address',
      {},
      () => Response.json({ value: [], '@odata.nextLink': '/me' }),
      'unavailable',
      /no address/,
    ],
  ] as const)('stops the sign-in where %s', async (_, graph, play, code, reason) => {
    upstream.person = { ...upstream.person, ...overflowing };
    await assert.rejects(signIn(graph, play), refused(code, reason));
    assert.ok(asked.every(({ url }) => url.host === 'graph.microsoft.com'));
  });
});

// Attack: the claim that has the denied role is said to be elsewhere, which passes for "no roles".
test.each(
  ['realm_access.roles', 'https://example.com/roles', ['realm_access', 'roles']].map((groups) => [groups]),
)('groups in %j that are elsewhere are not taken for none', async (groups) => {
  const elsewhere = { realm_access: 'src1', 'https://example.com/roles': 'src1' };
  upstream.person = { sub: 'u-1', preferred_username: 'ada', _claim_names: elsewhere };
  const claims = { groups: typeof groups === 'string' ? groups : [{ claim: groups }] };
  await assert.rejects(
    signInAt(upstream, openAt(upstream, { claims })),
    refused('misconfigured', /more groups than the token can hold/),
  );
});

describe('Google Workspace', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const account = {
    client_email: 'gatehouse@project.iam.gserviceaccount.com',
    private_key: await exportPKCS8(privateKey),
    private_key_id: 'key-1',
    token_uri: 'https://oauth2.googleapis.com/token',
  };
  const options = (workspace: object = {}, serviceAccount: unknown = account) => ({
    preset: 'google',
    hostedDomains: ['example.com'],
    claims: {},
    workspaceGroups: {
      serviceAccount: JSON.stringify(serviceAccount),
      admins: { 'example.com': 'admin@example.com' },
      ...workspace,
    },
  });
  const members: Readonly<Record<string, readonly string[]>> = {
    's-1': ['eng@example.com', 'all@example.com'],
    'eng@example.com': ['staff@example.com'],
    'staff@example.com': ['eng@example.com'],
  };

  const google: Played = (url) => {
    if (url.host === 'oauth2.googleapis.com') {
      return Response.json({ access_token: 'a-token-of-google', token_type: 'Bearer', expires_in: 3600 });
    }
    const groups = members[url.searchParams.get('userKey') ?? ''] ?? [];
    const at = Number(url.searchParams.get('pageToken') ?? '0');
    const more = at + 1 < groups.length && { nextPageToken: String(at + 1) };
    return Response.json({ groups: groups.slice(at, at + 1).map((email) => ({ email })), ...more });
  };

  beforeEach(() => {
    upstream.person = { sub: 's-1', email: 'ada@example.com', email_verified: true, hd: 'Example.com' };
  });
  const signIn = (config: object, play = google) =>
    signInAt(upstream, openAt(upstream, config, playing(play)));

  test('is asked for all pages, by the id that a person keeps, in the name of the domain’s administrator', async () => {
    assert.deepEqual((await signIn(options())).groups, ['eng@example.com', 'all@example.com']);
    const [first] = asked;
    const assertion = first?.body.get('assertion') ?? '';
    const { payload } = await jwtVerify(assertion, publicKey, { audience: account.token_uri });
    expect(payload).toMatchObject({ iss: account.client_email, sub: 'admin@example.com' });
    assert.equal(
      decodeJwt(assertion).scope,
      'https://www.googleapis.com/auth/admin.directory.group.readonly',
    );
    assert.equal(first?.body.has('client_id'), false);
  });

  test('is asked for the groups of groups, circles included', async () => {
    const { groups } = await signIn(options({ nested: true }));
    assert.deepEqual(groups, ['eng@example.com', 'all@example.com', 'staff@example.com']);
  });

  test.each([
    [
      'a later page fails',
      (url: URL) => (url.searchParams.has('pageToken') ? new Response(null, { status: 503 }) : undefined),
      'unavailable',
      /503/,
    ],
    [
      'the person is not found',
      (url: URL) => (url.host === 'admin.googleapis.com' ? new Response('{}', { status: 404 }) : undefined),
      'unavailable',
      /404/,
    ],
    [
      'the right is missing',
      (url: URL) => (url.host === 'admin.googleapis.com' ? new Response('{}', { status: 403 }) : undefined),
      'misconfigured',
      /403/,
    ],
    [
      'the service account may not ask',
      (url: URL) =>
        url.host === 'oauth2.googleapis.com'
          ? Response.json({ error: 'unauthorized_client' }, { status: 401 })
          : undefined,
      'misconfigured',
      /unauthorized_client/,
    ],
    [
      'its access is denied',
      (url: URL) =>
        url.host === 'oauth2.googleapis.com'
          ? Response.json({ error: 'access_denied' }, { status: 400 })
          : undefined,
      'misconfigured',
      /delegation/,
    ],
  ] as const)('stops the sign-in where %s', async (_, fault, code, reason) => {
    await assert.rejects(
      signIn(options(), (url, body) => fault(url) ?? google(url, body)),
      refused(code, reason),
    );
  });

  test('needs an administrator for each domain, and a key that is one', async () => {
    const nobody = options({ admins: { 'example.net': 'admin@example.net' } });
    await assert.rejects(
      signIn(nobody),
      refused('misconfigured', /names nobody for the domain "example.com"/),
    );
    assert.deepEqual((await signIn(options({ admins: { '*': 'admin@example.net' } }))).groups.length, 2);
    for (const wrong of ['no key', { ...account, private_key: 'no key' }]) {
      const error = await signIn(options({}, wrong)).catch((thrown: unknown) => thrown);
      assert.ok(refused('misconfigured', /key/)(error), String(error));
      assert.ok(!String(error).includes('no key'));
    }
  });

  test('is asked for nobody of another domain: they are not let in', async () => {
    upstream.person = { ...upstream.person, hd: 'evil.example' };
    await assert.rejects(signIn(options()), refused('not_allowed', /hostedDomains/));
    assert.deepEqual(asked, []);
  });
});
