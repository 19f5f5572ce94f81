import { recordingLog } from '@gatehouse/connector-kit/testing';
import type { Checked, StoredIdentity } from '@gatehouse/core';
import { sampleClient } from '@gatehouse/core/testing';
import { errors } from 'oidc-provider';
import { describe, expect, test } from 'vitest';
import { askAgain } from './ask-again.ts';
import { ofLibraryError, Suspended, Unavailable } from './errors.ts';

const stored: StoredIdentity = {
  subject: 'jane',
  connectorId: 'corp',
  identity: { upstreamId: 'jane-1', username: 'jane', groups: [], state: {} },
  checkedAt: new Date(0),
  lastLoginAt: new Date(0),
};
const clients = new Map(
  [
    sampleClient({ id: 'web', connectors: ['corp'] }),
    sampleClient({ id: 'theirs', connectors: ['other'] }),
  ].map((client) => [client.id, client]),
);

interface Request {
  readonly route?: string;
  readonly client?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly result?: object;
  /** The page that the browser comes back from. */
  readonly page?: string;
  readonly authenticated?: number;
}

/** What the library knows of a request when it looks for the session's account. */
function contextOf(request: Request) {
  const { route = 'authorization', client = 'web', params = {}, result, page, authenticated = 0 } = request;
  const empty = {};
  const oidc = {
    ...{ route, params, result, client: { clientId: client } },
    session: { accountId: 'jane', past: (maxAge: number) => authenticated > maxAge },
    entities: page ? { Interaction: { prompt: { name: page } } } : {},
    promptPending: (name: string) => params.prompt === name && result === undefined,
    provider: { Session: { instantiate: () => empty } },
    entity: () => {},
  };
  const lines = recordingLog();
  return { oidc, empty, lines, res: { once() {} }, state: { facts: { log: lines } } };
}

async function asking(request: Request, answer: Checked = { status: 'current', stored }, token?: object) {
  let asked = 0;
  const ctx = contextOf(request);
  const checkIdentity = async () => {
    asked += 1;
    return answer;
  };
  const known = await askAgain(ctx as never, stored, token as never, { clients, checkIdentity }).catch(
    (error: unknown) => error,
  );
  return { asked, known, ctx };
}

const refreshToken = { kind: 'RefreshToken' };

describe('the upstream is asked', () => {
  test.each<[string, Request, object | undefined]>([
    ['when a session stands in for a sign-in', {}, undefined],
    ['also where the answer may not be a page', { params: { prompt: 'none' } }, undefined],
    ['where a page of consent follows', { params: { prompt: 'consent' } }, undefined],
    ['when that page comes back', { route: 'resume', page: 'consent', result: { consent: {} } }, undefined],
    [
      'when it comes back long after the sign-in before it',
      { route: 'resume', page: 'consent', result: { login: {}, consent: {} } },
      undefined,
    ],
    ['for a sign-in that is young enough', { params: { max_age: '60' }, authenticated: 30 }, undefined],
    ['for the connector that is asked for', { params: { connector_id: 'corp' } }, undefined],
    ['for the person who is asked for', { params: { id_token_hint: 'jane' } }, undefined],
    ['when a token is refreshed', { route: 'token' }, refreshToken],
  ])('%s', async (_when, request, token) => {
    expect(await asking(request, undefined, token)).toMatchObject({ asked: 1, known: stored });
  });
});

describe('the upstream is not asked', () => {
  test.each<[string, Request, object | undefined]>([
    ['where the person signs in anyway', { params: { prompt: 'login' } }, undefined],
    ['where the person chooses an account', { params: { prompt: 'select_account' } }, undefined],
    ['where the sign-in is too old', { params: { max_age: '60' }, authenticated: 61 }, undefined],
    ['where another connector is asked for', { params: { connector_id: 'other' } }, undefined],
    ['where another person is asked for', { params: { id_token_hint: 'john' } }, undefined],
    ['by a client that takes nobody from there', { client: 'theirs' }, undefined],
    ['by nobody', { client: 'unknown' }, undefined],
    ['just after the sign-in', { route: 'resume', page: 'login', result: { login: {} } }, undefined],
    ['when a code is exchanged', { route: 'token' }, { kind: 'AuthorizationCode' }],
    ['at /userinfo', { route: 'userinfo' }, { kind: 'AccessToken' }],
    ['when somebody asks about a token', { route: 'introspection' }, refreshToken],
    ['for a token that was used before', { route: 'token' }, { ...refreshToken, consumed: 1 }],
  ])('%s', async (_when, request, token) => {
    expect(await asking(request, undefined, token)).toMatchObject({ asked: 0, known: stored });
  });
});

describe('its answer', () => {
  const suspended = { status: 'suspended', reason: 'disabled', retryAfter: 60 } as const;
  const gone = { status: 'gone', reason: 'left' } as const;
  const unavailable = { status: 'unavailable', retryAfter: 60 } as const;

  test('"stale" goes on with what is known, and says so', async () => {
    const stale = { ...stored, staleSince: new Date(0) };
    expect((await asking({}, { status: 'stale', stored: stale })).known).toBe(stale);
  });

  test('"suspended" sends a person to sign in and keeps the session; a client keeps its token', async () => {
    const { known, ctx } = await asking({}, suspended);
    expect(known).toBeUndefined();
    expect(ctx.oidc.session.accountId).toBe('jane');
    expect((await asking({ route: 'token' }, suspended, refreshToken)).known).toBeInstanceOf(Suspended);
  });

  test('"gone" leaves nobody signed in', async () => {
    const { known, ctx } = await asking({}, gone);
    expect(known).toBeUndefined();
    expect(ctx.oidc.session).toBe(ctx.empty);
    expect((await asking({ route: 'token' }, gone, refreshToken)).known).toBeUndefined();
  });

  test('"unavailable" is told to the client: by way of the browser, or as 503', async () => {
    const { known } = await asking({}, unavailable);
    expect(known).toBeInstanceOf(errors.TemporarilyUnavailable);
    expect(known).toMatchObject({ allow_redirect: true });
    expect(ofLibraryError(known)).toMatchObject({ code: 'upstream_unavailable' });
    const atRefresh = await asking({ route: 'token' }, unavailable, refreshToken);
    expect(atRefresh.known).toBeInstanceOf(Unavailable);
    expect(atRefresh.known).toMatchObject({ status: 503, allow_redirect: false });
  });
});
