import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { decodeJwt } from 'jose';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { makeKeys, signed, startHostileOidcProvider } from '../../../tests/support/hostile/oidc-provider.ts';
import type { State } from './state.ts';
import { clientSecret, openAt, signInAt } from './testing/open-connector.ts';

const upstream = await startHostileOidcProvider();
const strangers = await makeKeys();
afterAll(() => upstream.stop());
beforeEach(() => {
  upstream.honest();
  upstream.person = { sub: 'u-1', preferred_username: 'ada', groups: ['staff'] };
});

async function signedIn(options: object = {}) {
  const opened = openAt(upstream, options);
  const identity = await signInAt(upstream, opened);
  const call = testCall<State>();
  const refresh = (who: Identity<State> = identity) => {
    assert.ok(opened.connector.refresh);
    return opened.connector.refresh(who, call);
  };
  return { ...opened, identity, call, refresh };
}

const isRefused = (code: string, reason: RegExp) => (error: unknown) =>
  ConnectorError.is(error) && error.code === code && reason.test(error.message);

describe('a refresh', () => {
  test('shows the refresh token, and saves the next one', async () => {
    const { identity, call, refresh } = await signedIn();
    const refreshed = await refresh();
    assert.equal(refreshed.status, 'current');
    assert.equal(upstream.tokenRequests.at(-1)?.get('refresh_token'), identity.state.refreshToken);
    assert.notEqual(call.saved.at(0)?.refreshToken, identity.state.refreshToken);
    assert.deepEqual(refreshed.identity.state, call.saved.at(-1));
    assert.equal((await refresh(refreshed.identity)).status, 'current');
  });

  // The old token is spent: who looks at the ID token first and fails has lost the new one.
  test('saves the next token although what came with it is of no use', async () => {
    const { call, identity, refresh } = await signedIn();
    upstream.lies = { idToken: (claims) => signed(claims, strangers) };
    await assert.rejects(refresh(), isRefused('bad_response', /signature/));
    const [state] = call.saved;
    assert.ok(state);
    upstream.lies = {};
    assert.equal((await refresh({ ...identity, state })).status, 'current');
  });

  // Attack: an address that is written unusually, so that the spent token is kept, and shown again as a thief would.
  test.each([
    ['in capitals', (url: string) => ({ token_endpoint: url.replace('http:', 'HTTP:') })],
    [
      'as an alias for certificates',
      (url: string) => ({
        token_endpoint: `${url}/not-this-one`,
        mtls_endpoint_aliases: { token_endpoint: url },
      }),
    ],
  ])('saves the next token of an endpoint that is named %s', async (_, named) => {
    upstream.lies = { discovery: (honest) => ({ ...honest, ...named(String(honest.token_endpoint)) }) };
    const certificate = {
      tlsCertificate: '-----BEGIN CERTIFICATE-----',
      tlsKey: '-----BEGIN PRIVATE KEY-----',
    };
    const { identity, call, refresh } = await signedIn(certificate);
    const refreshed = await refresh();
    assert.equal(refreshed.status, 'current');
    assert.notEqual(call.saved.at(0)?.refreshToken, identity.state.refreshToken);
    assert.equal((await refresh(refreshed.identity)).status, 'current');
  });

  // Attack: a discovery document that leads the client's secret past the token endpoint that the administrator wrote.
  test('goes to the token endpoint that was written, whatever alias the document names', async () => {
    const alias = { mtls_endpoint_aliases: { token_endpoint: `${upstream.issuer}/elsewhere` } };
    upstream.lies = { discovery: (honest) => ({ ...honest, ...alias }) };
    const { refresh } = await signedIn({
      tlsCertificate: '-----BEGIN CERTIFICATE-----',
      tlsKey: '-----BEGIN PRIVATE KEY-----',
      endpoints: { token: `${upstream.issuer}/token` },
    });
    assert.equal((await refresh()).status, 'current');
    assert.ok(!upstream.asked.includes('/elsewhere'));
  });

  // Attack: the same with the access token, of which userinfo at the alias would make anybody.
  test('asks the userinfo endpoint that was written, whatever alias the document names', async () => {
    const alias = { mtls_endpoint_aliases: { userinfo_endpoint: `${upstream.issuer}/elsewhere` } };
    upstream.lies = { discovery: (honest) => ({ ...honest, ...alias }) };
    const { refresh } = await signedIn({
      tlsCertificate: '-----BEGIN CERTIFICATE-----',
      tlsKey: '-----BEGIN PRIVATE KEY-----',
      endpoints: { userinfo: `${upstream.issuer}/userinfo` },
      userinfo: true,
    });
    assert.equal((await refresh()).status, 'current');
    assert.ok(!upstream.asked.includes('/elsewhere'));
  });

  test('believes no ID token of another person, client or issuer', async () => {
    for (const change of [
      { sub: 'u-2' },
      { aud: 'another' },
      { iss: 'https://evil.example' },
      { azp: 'another' },
    ]) {
      const { refresh } = await signedIn();
      upstream.lies = { claims: (honest) => ({ ...honest, ...change }) };
      await assert.rejects(refresh(), isRefused('bad_response', /./));
      upstream.lies = {};
    }
  });

  // Attack: an answer that is called what our own answers are called.
  test('is not told by the upstream in our words who is gone', async () => {
    const { refresh } = await signedIn();
    upstream.lies = {
      token: (honest) => ({ ...honest, status: 'gone', gone: { status: 'gone', reason: 'x' } }),
    };
    assert.equal((await refresh()).status, 'current');
  });

  test('without an ID token asks userinfo, and compares the subjects', async () => {
    const { refresh } = await signedIn();
    upstream.lies = {
      token: ({ id_token: _, ...rest }) => rest,
      userinfo: (honest) => ({ ...honest, groups: ['writers'] }),
    };
    const refreshed = await refresh();
    expect(refreshed).toMatchObject({
      status: 'current',
      identity: { upstreamId: 'u-1', groups: ['writers'] },
    });
    const again = await signedIn().catch(() => undefined);
    assert.equal(again, undefined, 'a sign-in needs one');
    upstream.lies = { ...upstream.lies, userinfo: (honest) => ({ ...honest, sub: 'u-2' }) };
    assert.equal(refreshed.status, 'current');
    await assert.rejects(refresh(refreshed.identity), isRefused('bad_response', /"sub"/));
  });

  // Attack: somebody changes their unchecked address at the upstream to yours, and the proof of their old one is kept.
  test('takes no proof of the old address for one of the new', async () => {
    upstream.person = { ...upstream.person, email: 'ada@example.com', email_verified: true };
    const { refresh } = await signedIn();
    const userinfo = (email: string) => () => ({ sub: 'u-1', email });
    upstream.lies = { token: ({ id_token: _, ...rest }) => rest, userinfo: userinfo('boss@example.com') };
    const refreshed = await refresh();
    expect(refreshed).toMatchObject({
      identity: { email: { address: 'boss@example.com', verified: false } },
    });
    assert.equal(refreshed.status, 'current');
    upstream.lies = { ...upstream.lies, userinfo: userinfo('ada@example.com') };
    const back = await refresh(refreshed.identity);
    expect(back).toMatchObject({ identity: { email: { address: 'ada@example.com', verified: true } } });
  });

  test('has what was known where the upstream says nothing new at all', async () => {
    upstream.lies = { discovery: ({ userinfo_endpoint: _, ...rest }) => rest };
    const { refresh } = await signedIn();
    upstream.lies = { ...upstream.lies, token: ({ id_token: _, ...rest }) => rest };
    expect(await refresh()).toMatchObject({
      status: 'current',
      identity: { username: 'ada', groups: ['staff'] },
    });
  });
});

// OIDC Core 1.0, section 12.2: a refreshed ID token may leave out nearly everything.
describe('a refreshed ID token', () => {
  const now = (change: Record<string, unknown>) => {
    upstream.lies = { claims: (honest) => ({ ...honest, ...change }) };
  };
  const domain = { preset: 'google', hostedDomains: ['example.com'] };
  const level = { acrValues: ['gold', 'silver'] };
  beforeEach(() => {
    upstream.person = { ...upstream.person, email: 'ada@example.com', hd: 'example.com', acr: 'gold' };
  });

  test.each([
    ['domain', domain, { hd: undefined }],
    ['domain', domain, { hd: null }],
    ['level', level, { acr: undefined }],
    ['level', level, { acr: '' }],
    ['level', level, { acr: 'silver' }],
  ])('that does not take the %s back ends nobody, however often: %j, %j', async (_, options, change) => {
    const { refresh } = await signedIn(options);
    now(change);
    const once = await refresh();
    assert.ok(once.status === 'current');
    expect(await refresh(once.identity)).toMatchObject({
      status: 'current',
      identity: { upstreamId: 'u-1', authenticated: { acr: 'gold' } },
    });
  });

  test.each([
    ['domain', domain, { hd: 'evil.example' }, /evil\.example/],
    ['level', level, { acr: 'bronze' }, /bronze/],
  ])('with another %s counts as said of the person', async (_, options, change, reason) => {
    const { refresh } = await signedIn(options);
    now(change);
    await assert.rejects(refresh(), isRefused('not_allowed', reason));
  });

  test('that is silent about what was never asked before has the person sign in again, and states nothing', async () => {
    upstream.person = { ...upstream.person, hd: undefined, acr: undefined };
    for (const stricter of [domain, level]) {
      const { identity, call } = await signedIn();
      const { connector } = openAt(upstream, stricter);
      expect(await connector.refresh?.(identity, call)).toMatchObject({ status: 'gone', proof: 'absent' });
    }
  });

  test('from which the domain is missing leaves who asks for groups in that domain as it was', async () => {
    const { refresh } = await signedIn(domain);
    now({ hd: undefined });
    const refreshed = await refresh();
    assert.ok(refreshed.status === 'current');
    expect(decodeJwt(refreshed.identity.state.idToken)).toMatchObject({ hd: 'example.com' });
  });

  test('that says no more than who it is about leaves the rest as it was, or to userinfo', async () => {
    const silent = { preferred_username: undefined, email: undefined, groups: undefined, hd: undefined };
    upstream.lies = { discovery: ({ userinfo_endpoint: _, ...rest }) => rest };
    const without = await signedIn();
    now(silent);
    for (let who = without.identity, turn = 0; turn < 2; turn += 1) {
      const refreshed = await without.refresh(who);
      assert.ok(refreshed.status === 'current');
      expect(refreshed.identity).toMatchObject({ username: 'ada', groups: ['staff'] });
      who = refreshed.identity;
    }
    upstream.lies = {};
    const { refresh } = await signedIn();
    now(silent);
    upstream.person = { ...upstream.person, groups: ['writers'] };
    expect(await refresh()).toMatchObject({ status: 'current', identity: { groups: ['writers'] } });
  });

  // Attack: somebody loses their last group, many upstreams then leave the claim out, and the old ones are kept.
  test('without groups is one of somebody who has none, unless they are required', async () => {
    const { refresh } = await signedIn();
    now({ groups: undefined });
    expect(await refresh()).toMatchObject({ status: 'current', identity: { groups: [] } });
    upstream.lies = {};
    const strict = await signedIn({ claims: { groups: [{ claim: 'groups', required: true }] } });
    now({ groups: undefined });
    await assert.rejects(strict.refresh(), isRefused('bad_response', /required/));
  });

  // Attack: the name comes from userinfo alone, so no ID token ever has it; the groups of the first one must not stay.
  test('without groups has none either where the name is in userinfo', async () => {
    upstream.lies = { claims: ({ preferred_username: _, email: __, ...rest }) => rest };
    const { refresh } = await signedIn({ userinfo: true });
    upstream.person = { ...upstream.person, groups: undefined };
    expect(await refresh()).toMatchObject({ identity: { username: 'ada', groups: [] } });
  });

  // Attack: an address that nobody has checked, beside the proof of the one before it.
  test('with another address has no proof of it from before', async () => {
    upstream.lies = { discovery: ({ userinfo_endpoint: _, ...rest }) => rest };
    upstream.person = { ...upstream.person, email_verified: true };
    const { refresh } = await signedIn();
    now({ preferred_username: undefined, email: 'boss@example.com', email_verified: undefined });
    expect(await refresh()).toMatchObject({ identity: { email: { verified: false } } });
  });
});

describe('a refresh token that is taken no more', () => {
  const no = (body: object) => ({
    token: () => (response: ServerResponse) =>
      void response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  });

  test('is no statement about the person: the brake on absences covers it', async () => {
    const { refresh } = await signedIn();
    upstream.lies = no({ error: 'invalid_grant' });
    expect(await refresh()).toMatchObject({ status: 'gone', proof: 'absent' });
  });

  test.each([
    ['microsoft', 'AADSTS50057: The user account is disabled.', 'stated'],
    ['microsoft', 'AADSTS50173: The provided grant has expired.', 'absent'],
    // Attack, or accident: a directory is restored in halves, and says of everybody that there is no such account.
    ['microsoft', 'AADSTS50034: The user account does not exist in the directory.', 'absent'],
    ['microsoft', 'AADSTS50020: User account does not exist in tenant.', 'absent'],
    ['google', 'Token has been expired or revoked.', 'absent'],
  ])('at %s with the words "%s" is %s', async (preset, description, proof) => {
    upstream.person = { ...upstream.person, oid: 'o-1', email: 'ada@example.com' };
    const { refresh } = await signedIn({ preset });
    upstream.lies = no({ error: 'invalid_grant', error_description: description });
    expect(await refresh()).toMatchObject({ status: 'gone', proof });
  });

  test('is not a statement about the person in any other answer that has the words', async () => {
    upstream.person = { ...upstream.person, oid: 'o-1' };
    const { refresh } = await signedIn({ preset: 'microsoft' });
    upstream.lies = no({ error: 'invalid_client', error_description: 'AADSTS50057' });
    await assert.rejects(refresh(), isRefused('unavailable', /invalid_client/));
  });

  test('is "not available" by option', async () => {
    const { refresh } = await signedIn({ revoked: 'unavailable' });
    upstream.lies = no({ error: 'invalid_grant' });
    await assert.rejects(refresh(), isRefused('unavailable', /invalid_grant/));
  });

  // "denied" and "not_allowed" would end the sessions of everybody at once.
  test.each([
    'invalid_client',
    'unauthorized_client',
    'access_denied',
    'invalid_request',
    'server_error',
    'constructor',
  ])('is not what %s means', async (error) => {
    const { refresh } = await signedIn();
    upstream.lies = no({ error, error_description: 'for a reason of its own' });
    await assert.rejects(refresh(), isRefused('unavailable', /for a reason of its own/));
  });

  test('is not quoted, even by an upstream that quotes it', async () => {
    const { identity, refresh } = await signedIn();
    upstream.lies = no({ error: 'invalid_grant', error_description: `no: ${identity.state.refreshToken}` });
    const refreshed = await refresh();
    assert.ok(!JSON.stringify(refreshed).includes(String(identity.state.refreshToken)));
  });

  test('is not quoted, nor the secret of the client, by an upstream that repeats all that it was sent', async () => {
    const { identity, refresh } = await signedIn({ clientAuthentication: 'client_secret_post' });
    const repeat = (_: unknown, sent: URLSearchParams) =>
      no({ error: 'invalid_grant', error_description: `${sent} ${sent.get('client_secret')}` }).token();
    upstream.lies = { token: repeat };
    const refreshed = JSON.stringify(await refresh());
    assert.match(refreshed, /client_secret=…/);
    for (const secret of [clientSecret, String(identity.state.refreshToken)]) {
      assert.ok(!refreshed.includes(secret), refreshed);
    }
  });
});

describe('an upstream that gives no refresh token', () => {
  const without = { token: ({ refresh_token: _, ...rest }: Record<string, unknown>) => rest };

  test('is asked no more: everything stays as it was at sign-in', async () => {
    upstream.lies = without;
    const { identity, refresh } = await signedIn();
    upstream.honest();
    assert.deepEqual(await refresh(), { status: 'current', identity });
    assert.deepEqual(upstream.asked, []);
  });

  test('lets nobody in where one is required', async () => {
    upstream.lies = without;
    await assert.rejects(
      signedIn({ refresh: 'required' }),
      isRefused('misconfigured', /gave no refresh token/),
    );
  });

  test('is spoken of in the log where one was asked for', async () => {
    upstream.lies = without;
    const { host } = await signedIn({ offlineAccess: true });
    expect(host.logged.map(({ message }) => message).join()).toMatch(/gave no refresh token/);
  });

  test('is what `refresh: never` makes of any', async () => {
    const { identity } = await signedIn({ refresh: 'never' });
    assert.equal(identity.state.refreshToken, undefined);
  });
});
