import assert from 'node:assert/strict';
import { ConnectorError, type Reply } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Members,
  makeKeys,
  seconds,
  signed,
  signedWithPublicKey,
  startHostileOidcProvider,
  unsigned,
} from '../../../../tests/support/hostile/oidc-provider.ts';
import { openAt, signInAt } from '../testing/open-connector.ts';

const upstream = await startHostileOidcProvider();
afterAll(() => upstream.stop());
beforeEach(async () => {
  upstream.honest();
  upstream.person = { sub: 'u-1', preferred_username: 'ada', groups: ['staff'] };
});

describe('a sign-out here', () => {
  const endSession = (url: string) => {
    upstream.lies = { discovery: (honest) => ({ ...honest, end_session_endpoint: url }) };
  };
  const leave = async (options: object = {}, without: 'idToken' | 'nothing' = 'nothing') => {
    const opened = openAt(upstream, options);
    const identity = await signInAt(upstream, opened);
    const departure = await opened.connector.logout?.(
      {
        identity,
        returnUrl: new URL('https://login.example.com/callback/partner/signed-out'),
        token: 'a-token',
        ...(without === 'nothing' && identity.sessionState && { sessionState: identity.sessionState }),
      },
      testCall(),
    );
    return { identity, departure };
  };

  test('shows the upstream whose session it is, and where to come back to', async () => {
    endSession('https://sso.example.com/out?a=b');
    const { identity, departure } = await leave();
    assert.ok(departure?.method === 'GET');
    expect(identity.sessionState).toEqual({ idToken: identity.state.idToken });
    expect(Object.fromEntries(departure.url.searchParams)).toEqual({
      a: 'b',
      id_token_hint: identity.state.idToken,
      post_logout_redirect_uri: 'https://login.example.com/callback/partner/signed-out',
      state: 'a-token',
      client_id: 'gatehouse',
    });
  });

  // The ID token of the last sign-in may be of another browser, and its session would end instead of this one.
  test('shows no ID token where that of this very browser is not known', async () => {
    endSession('https://sso.example.com/out');
    const { departure } = await leave({}, 'idToken');
    assert.ok(departure?.method === 'GET');
    expect([...departure.url.searchParams.keys()].sort()).toEqual([
      'client_id',
      'post_logout_redirect_uri',
      'state',
    ]);
  });

  // The entry in the configuration leads to another provider now, which must not see what the first one said of people.
  test('shows no ID token that another provider has made', async () => {
    endSession('https://sso.example.com/out');
    const { connector } = openAt(upstream);
    const idToken = await signed({ iss: 'https://former.example', sub: 'u-1' }, upstream.keys);
    const identity = await signInAt(upstream, openAt(upstream));
    const returnUrl = new URL('https://login.example.com/callback/partner/signed-out');
    const left = { identity, returnUrl, token: 'a-token', sessionState: { idToken } };
    const departure = await connector.logout?.(left, testCall());
    assert.ok(departure?.method === 'GET');
    expect(departure.url.href).not.toContain('id_token_hint');
  });

  test('goes by POST where an ID token with many groups would make the address too long', async () => {
    endSession('https://sso.example.com/out');
    const groups = Array.from({ length: 500 }, (_, index) => `group-${index}`);
    upstream.person = { ...upstream.person, groups };
    const { identity, departure } = await leave();
    assert.ok(departure?.method === 'POST');
    assert.equal(departure.url.href, 'https://sso.example.com/out');
    assert.equal(departure.fields.id_token_hint, identity.state.idToken);
  });

  test('is ours alone where the upstream has none, or by option', async () => {
    assert.equal((await leave()).departure, null);
    const { identity, departure } = await leave({ logout: false });
    assert.equal(departure, undefined);
    assert.equal(identity.sessionState, undefined);
  });
});

const event = 'http://schemas.openid.net/event/backchannel-logout';
let last = 0;

/** As the upstream makes it; `more` takes its place where it says something. */
function logoutToken(more: Members = {}): Members {
  last += 1;
  const now = seconds();
  return {
    iss: upstream.issuer,
    aud: 'gatehouse',
    iat: now,
    exp: now + 120,
    jti: `logout-${last}`,
    sub: 'u-1',
    sid: 's-1',
    events: { [event]: {} },
    ...more,
  };
}

function without(...names: string[]): Members {
  return Object.fromEntries(Object.entries(logoutToken()).filter(([name]) => !names.includes(name)));
}

const typed = (claims: Members) => signed(claims, upstream.keys, { typ: 'logout+jwt' });

function post(opened: ReturnType<typeof openAt>, ...tokens: string[]): Promise<Reply> {
  const endpoint = opened.connector.endpoints?.['backchannel-logout'];
  assert.ok(endpoint);
  const params = new URLSearchParams(tokens.map((token): [string, string] => ['logout_token', token]));
  return endpoint({ method: 'POST', params, headers: {} }, testCall());
}

describe('an upstream that tells of a sign-out by back-channel', () => {
  test('ends the session that it names, of the person that it names', async () => {
    const opened = openAt(upstream);
    expect((await post(opened, await typed(logoutToken()))).status).toBe(200);
    expect(opened.host.changes).toEqual([
      { upstreamIds: ['u-1'], how: 'signedOut', upstreamSessions: ['s-1'] },
    ]);
  });

  test('that names only the session, or only the person, is understood', async () => {
    const opened = openAt(upstream);
    await post(opened, await typed(without('sub')));
    await post(opened, await typed(without('sid')));
    const [bySession, byPerson] = opened.host.changes;
    expect(bySession).toEqual({ upstreamIds: [], how: 'signedOut', upstreamSessions: ['s-1'] });
    expect(byPerson).toMatchObject({ upstreamIds: ['u-1'], how: 'signedOut' });
    expect(byPerson?.upstreamSessions).toBeUndefined();
  });

  test('is understood by the session alone where the id is another claim', async () => {
    const opened = openAt(upstream, { claims: { id: 'employee' } });
    expect((await post(opened, await typed(logoutToken()))).status).toBe(200);
    expect(opened.host.changes).toEqual([{ upstreamIds: [], how: 'signedOut', upstreamSessions: ['s-1'] }]);
    const unclear = await post(opened, await typed(without('sid')));
    expect([unclear.status, unclear.body]).toEqual([400, expect.stringContaining('let the upstream send')]);
  });

  test('may be one whose tokens have no type, as those of older providers', async () => {
    const opened = openAt(upstream);
    expect((await post(opened, await signed(logoutToken(), upstream.keys))).status).toBe(200);
    expect((await post(opened, await signed(logoutToken(), upstream.keys, { typ: 'JWT' }))).status).toBe(200);
  });

  test('is `unavailable`, and asked to try again, while its keys cannot be read', async () => {
    const opened = openAt(upstream);
    upstream.lies = { keys: () => (response) => void response.writeHead(503).end() };
    const outcome = await post(opened, await typed(logoutToken())).catch((error: unknown) => error);
    assert.ok(ConnectorError.is(outcome));
    expect(outcome.code).toBe('unavailable');
    expect(opened.host.changes).toEqual([]);
  });
});

// Attack: anybody on the internet ends other people's sessions.
describe('a logout token that proves nothing', () => {
  const cases: readonly [string, () => Promise<string> | string, RegExp][] = [
    ['of a stranger', async () => signed(logoutToken(), await makeKeys()), /ERR_JWS_SIGNATURE/],
    ['without a signature', () => unsigned(logoutToken()), /ALG_NOT_ALLOWED/],
    [
      'signed with the public key',
      () => signedWithPublicKey(logoutToken(), upstream.keys),
      /ALG_NOT_ALLOWED/,
    ],
    ['of another issuer', () => typed(logoutToken({ iss: 'https://other.example' })), /CLAIM_VALIDATION/],
    ['for another client', () => typed(logoutToken({ aud: 'other' })), /CLAIM_VALIDATION/],
    ['that is over', () => typed(logoutToken({ exp: seconds() - 100 })), /EXPIRED/],
    ['from long ago', () => typed(logoutToken({ iat: seconds() - 900 })), /EXPIRED/],
    ['from a time to come', () => typed(logoutToken({ iat: seconds() + 900 })), /CLAIM_VALIDATION/],
    ['without an end', () => typed(without('exp')), /CLAIM_VALIDATION/],
    ['without an id', () => typed(without('jti')), /CLAIM_VALIDATION/],
    ['that names nobody', () => typed(without('sub', 'sid')), /names nobody/],
    ['without the event', () => typed(without('events')), /malformed: events/],
    ['of another event', () => typed(logoutToken({ events: { 'https://other.example': {} } })), /malformed/],
    ['that is an ID token', () => typed(logoutToken({ nonce: 'n' })), /malformed: nonce/],
    ['of another type', () => signed(logoutToken(), upstream.keys, { typ: 'at+jwt' }), /typ/],
    ['that is no token', () => 'a.b.c', /refused/],
  ];
  test.each(cases)('is refused: %s', async (_, make, reason) => {
    const opened = openAt(upstream);
    const reply = await post(opened, await make());
    expect([reply.status, reply.body]).toEqual([400, expect.stringMatching(reason)]);
    expect(opened.host.changes).toEqual([]);
  });

  test('is refused the second time', async () => {
    const opened = openAt(upstream);
    const token = await typed(logoutToken());
    await post(opened, token);
    const again = await post(opened, token);
    expect([again.status, again.body]).toEqual([400, expect.stringContaining('used before')]);
    expect(opened.host.changes).toHaveLength(1);
  });

  test('is refused beside another one, and where there is none', async () => {
    const opened = openAt(upstream);
    const token = await typed(logoutToken());
    expect((await post(opened, token, token)).status).toBe(400);
    expect((await post(opened)).status).toBe(400);
    expect(opened.host.changes).toEqual([]);
  });

  // Attack: made-up keys, so that each request of a flood makes us ask the upstream.
  test('does not make us ask for keys each time', async () => {
    const opened = openAt(upstream);
    for (let turn = 0; turn < 5; turn += 1) {
      await post(opened, await signed(logoutToken(), await makeKeys('RS256', `k-${turn + 7}`)));
    }
    expect(upstream.asked.filter((path) => path === '/keys')).toHaveLength(1);
  });
});

describe('an upstream that tells of a sign-out in a frame', () => {
  const session = 'a-session-with-a-long-name';
  const frame = (opened: ReturnType<typeof openAt>, query: Record<string, string> | string) => {
    const endpoint = opened.connector.endpoints?.['frontchannel-logout'];
    return endpoint?.({ method: 'GET', params: new URLSearchParams(query), headers: {} }, testCall());
  };

  test('is not heard unless the administrator wants it', () => {
    expect(frame(openAt(upstream), { sid: session })).toBeUndefined();
  });

  test('ends the session that it names', async () => {
    const opened = openAt(upstream, { frontchannelLogout: true });
    expect((await frame(opened, { iss: upstream.issuer, sid: session }))?.status).toBe(200);
    expect((await frame(opened, { sid: session }))?.status).toBe(200);
    const ended = { upstreamIds: [], how: 'signedOut', upstreamSessions: [session] };
    expect(opened.host.changes).toEqual([ended, ended]);
  });

  // Attack: whoever counts, or speaks for another provider, signs everybody out.
  test.each([
    ['names no session', ''],
    ['names a session by a number', 'sid=17'],
    ['names two sessions', `sid=${session}&sid=${session}`],
    ['is another one', `sid=${session}&iss=https%3A%2F%2Fother.example`],
    ['names two issuers', `sid=${session}&iss=a&iss=b`],
  ])('is refused if it %s', async (_, query) => {
    const opened = openAt(upstream, { frontchannelLogout: true });
    expect((await frame(opened, query))?.status).toBe(400);
    expect(opened.host.changes).toEqual([]);
  });
});
