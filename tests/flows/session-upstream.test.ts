/** A browser session that is used for the next application: the upstream is asked whether the person is still there. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectorError, type Identity, type Json, type Refreshed } from '@gatehouse/connector-kit';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { client as houseClient, openHouse, passwordOf } from '../support/house.ts';
import { textOf } from '../support/http-browser.ts';
import { authorize, type Callback, codeGrant, party, post, signIn } from '../support/oidc-flow.ts';
import {
  client,
  jane,
  type OidcServer,
  type OidcServerOptions,
  startOidcServer,
} from '../support/oidc-server.ts';
import { freshDatabase, type TestDatabase } from '../support/postgres.ts';
import type { RelyingParty } from '../support/relying-party.ts';
import { begin, typePassword } from '../support/sign-in-steps.ts';
import { until } from '../support/until.ts';

const upstreamCheck = 300;
const upstreamGrace = 3600;

let database: TestDatabase;
let options: OidcServerOptions;
let server: OidcServer;
/** Seconds. Never past the clock on the wall, by which the library lets things expire. */
let later = 0;
let asked = 0;
/** Another one in each test. */
let person: Identity<Json> = jane;
let upstream: () => Promise<Refreshed<Json>>;

beforeAll(async () => {
  database = await freshDatabase();
  options = {
    databaseUrl: database.url,
    now: () => new Date(Date.now() + later * 1000),
    clients: [
      client('first'),
      client('next'),
      client('staff', { requireGroups: ['staff'] }),
      client('of-others', { connectors: ['other'] }),
      client('untrusted', { trusted: false }),
    ],
    refresh: async () => {
      asked += 1;
      return await upstream();
    },
    config: { tokens: { upstreamCheck, upstreamGrace } },
  };
  server = await startOidcServer(options);
});

afterAll(async () => {
  await server?.stop();
  await database?.drop();
});

beforeEach(() => {
  later = -12 * 3600;
  asked = 0;
  person = { ...jane, upstreamId: randomUUID() };
  upstream = here();
  server.fault = undefined;
});

function here(changes: Partial<Identity<Json>> = {}): typeof upstream {
  return async () => ({ status: 'current', identity: { ...person, ...changes } });
}

function gone(proof: 'stated' | 'absent'): typeof upstream {
  return async () => ({ status: 'gone', reason: proof, proof });
}

async function away(): Promise<never> {
  throw new ConnectorError('unavailable', { reason: 'no answer' });
}

/** Another application, in the browser in which somebody has signed in to the first one a while ago. */
async function nextIn(clientId: string, at: OidcServer = server): Promise<RelyingParty> {
  at.person = person;
  const first = await party(at, 'first');
  await signIn(first);
  const next = await party(at, clientId);
  Object.assign(next, { browser: first.browser });
  at.steps.length = 0;
  later += upstreamCheck + 1;
  return next;
}

/** The pages that somebody would have seen. */
function pages(at: OidcServer = server): readonly string[] {
  return at.steps.splice(0).map(({ step }) => step);
}

async function silently(rp: RelyingParty): Promise<URLSearchParams> {
  return (await authorize(rp, { prompt: 'none' })).answer;
}

async function claimsOf(rp: RelyingParty) {
  return decodeJwt((await signIn(rp)).id_token ?? '');
}

describe('who is gone at the upstream', () => {
  test.each(['stated', 'absent'] as const)('(%s) has no use of a session any more', async (proof) => {
    // Attack: dismissed in the morning, and with the session of yesterday into one application after the other.
    const rp = await nextIn('next');
    upstream = gone(proof);
    expect(Object.fromEntries(await silently(rp))).toMatchObject({ error: 'login_required' });
    expect(pages()).toEqual([]);
    const { url } = await rp.authorization();
    const end = await rp.browser.go(url, `${server.issuer}/login/`);
    expect(end.location?.pathname).toMatch(/^\/login\//);
    expect(asked).toBe(1);
  });

  test('finds the session as it was when they are back', async () => {
    const rp = await nextIn('next');
    upstream = gone('stated');
    expect((await silently(rp)).get('error')).toBe('login_required');
    upstream = here();
    later += upstreamCheck + 1;
    expect((await silently(rp)).get('code')).not.toBeNull();
  });

  test('goes on after a new sign-in, without another question', async () => {
    const rp = await nextIn('next');
    upstream = gone('stated');
    await signIn(rp);
    expect(pages()).toEqual(['login']);
    expect((await silently(rp)).get('code')).not.toBeNull();
    expect(asked).toBe(1);
  });

  test('has left a page of consent open: its answer is not enough', async () => {
    const rp = await nextIn('untrusted');
    const { url } = await rp.authorization();
    const page = await rp.browser.go(url, `${server.issuer}/login/`);
    upstream = gone('stated');
    later += upstreamCheck + 1;
    const end = await rp.browser.go(page.location ?? '', rp.redirectUri);
    expect(pages()).toEqual(['consent', 'login']);
    expect(end.location?.searchParams.get('code')).not.toBeNull();
    expect(asked).toBe(2);
  });
});

describe('whose suspension is over', () => {
  let strict: OidcServer;
  beforeAll(async () => {
    const tokens = { upstreamCheck, upstreamGrace, goneSuspension: 0 };
    strict = await startOidcServer({ ...options, config: { tokens } });
  });
  afterAll(() => strict?.stop());

  test('signs in anew, in the same browser', async () => {
    const rp = await nextIn('next', strict);
    upstream = gone('stated');
    await signIn(rp);
    expect(pages(strict)).toEqual(['login']);
  });

  test('has no session left, whatever page the browser was at', async () => {
    // Attack: the session is ended while a page of consent is open; the answer to it would store it once more, and it
    // would count again as soon as the person signs in on another computer.
    const rp = await nextIn('untrusted', strict);
    const { url } = await rp.authorization();
    const page = await rp.browser.go(url, `${strict.issuer}/login/`);
    upstream = gone('stated');
    later += upstreamCheck + 1;
    const way = await rp.browser.request(page.location ?? '');
    const back = await rp.browser.request(new URL(way.headers.get('location') ?? '', way.url));
    expect(back.headers.get('location')).toMatch(/\/login\//);
    upstream = here();
    await signIn(await party(strict, 'first'));
    expect((await silently(rp)).get('error')).toBe('login_required');
  });
});

describe('what the upstream says of the groups', () => {
  test('is in the token of the next application', async () => {
    const rp = await nextIn('next');
    upstream = here({ groups: ['auditors'] });
    expect((await claimsOf(rp)).groups).toEqual(['auditors']);
    expect(pages()).toEqual([]);
  });

  test('counts for the application that demands one', async () => {
    const rp = await nextIn('staff');
    upstream = here({ groups: ['admins'] });
    expect((await silently(rp)).get('error')).toBe('login_required');
    upstream = here();
    later += upstreamCheck + 1;
    expect((await silently(rp)).get('code')).not.toBeNull();
  });
});

describe('an upstream that is away', () => {
  test('is marked in the token, and after the grace the application is told', async () => {
    const rp = await nextIn('next');
    upstream = away;
    expect((await claimsOf(rp)).stale_since).toBeTypeOf('number');
    later += upstreamGrace + 1;
    const { authorization, answer } = await authorize(rp);
    expect(Object.fromEntries(answer)).toMatchObject({
      error: 'temporarily_unavailable',
      error_description: 'the account cannot be checked at the moment, try again later',
      state: authorization.state,
    });
    expect((await silently(rp)).get('error')).toBe('temporarily_unavailable');
    upstream = here();
    expect(await claimsOf(rp)).not.toHaveProperty('stale_since');
    expect(pages()).toEqual([]);
  });

  test('does not keep anybody waiting who has gone away', async () => {
    const rp = await nextIn('next');
    let answer = (_refreshed: Refreshed<Json>) => {};
    upstream = () => new Promise((resolve) => (answer = resolve));
    const done = new Promise<void>((resolve) => {
      server.fault = () => resolve();
    });
    const leaving = new AbortController();
    const { url } = await rp.authorization();
    const waiting = rp.browser.request(url, { signal: leaving.signal });
    await until('the question', async () => asked || undefined);
    leaving.abort();
    await expect(waiting).rejects.toThrow(/abort/);
    await done;
    // The question itself goes on, for the next one who asks.
    answer({ status: 'current', identity: { ...person, groups: ['auditors'] } });
    expect((await claimsOf(rp)).groups).toEqual(['auditors']);
    expect(asked).toBe(1);
  });
});

describe('nobody is asked', () => {
  test('while the last word is young, and when the code is exchanged', async () => {
    const rp = await nextIn('next');
    later -= 2;
    await signIn(rp);
    later += 2;
    const callback: Callback = await authorize(rp);
    expect(asked).toBe(1);
    later += upstreamCheck + 1;
    await post(server, '/token', codeGrant(rp, callback), { client: 'next' });
    expect(asked).toBe(1);
  });

  test.each([
    ['prompt=login', { prompt: 'login' }],
    ['prompt=select_account', { prompt: 'select_account' }],
    ['a sign-in that is too old', { max_age: '60' }],
    ['another connector', { connector_id: 'other' }],
  ])('for %s: the person signs in anyway', async (_what, parameters) => {
    const rp = await nextIn('next');
    upstream = away;
    later += upstreamGrace;
    await signIn(rp, parameters);
    expect(pages()).toEqual(['login']);
    expect(asked).toBe(0);
  });

  test('for a client that takes nobody from that connector', async () => {
    const rp = await nextIn('of-others');
    expect((await silently(rp)).get('error')).toBe('login_required');
    expect(asked).toBe(0);
  });

  test('at the word of a stranger', async () => {
    // Attack: questions to a directory that cost the sender nothing, by links with invented clients and addresses.
    const rp = await nextIn('next');
    for (const [name, value] of [
      ['client_id', 'invented'],
      ['redirect_uri', 'https://elsewhere.example.com/'],
      ['scope', 'openid invented'],
      ['response_type', 'token'],
    ] as const) {
      const { url } = await rp.authorization({ [name]: value });
      await rp.browser.go(url, 'https://');
    }
    const { url } = await rp.authorization();
    const stranger = await party(server, 'next');
    await stranger.browser.go(url, `${server.issuer}/login/`);
    expect(asked).toBe(0);
  });
});

test('ten applications that open at once are one question', async () => {
  const rp = await nextIn('next');
  upstream = async () => {
    await sleep(50);
    return { status: 'current', identity: person };
  };
  const answers = await Promise.all(Array.from({ length: 10 }, () => silently(rp)));
  expect(answers.map((answer) => answer.has('code'))).toEqual(Array(10).fill(true));
  expect(asked).toBe(1);
});

describe('with the pages', () => {
  const open = () =>
    openHouse({
      config: {
        tokens: { upstreamCheck: '0s', upstreamGrace: '1s' },
        clients: ['app-1', 'app-2'].map((id) => houseClient(id, { public: true, connectors: ['corp'] })),
      },
    });
  let house: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    house = await open();
  });
  beforeEach(() => house.behave({}));
  afterAll(() => house?.close());

  async function signedIn(name: string): Promise<RelyingParty> {
    const first = await house.party('app-1');
    await first.signIn(name, passwordOf(name));
    const next = await house.party('app-2');
    return Object.assign(next, { browser: first.browser });
  }

  test('who is disabled is asked to sign in, and refused there', async () => {
    const { browser } = await signedIn('alice');
    await house.behave({ people: { alice: { behaviour: 'denied' } } });
    const form = await begin(house, 'app-2', browser);
    expect([form.status, form.location]).toEqual([200, undefined]);
    const page = await typePassword(browser, form, 'alice');
    expect([page.status, textOf(page)]).toEqual([401, expect.stringContaining('do not match')]);
    const silent = await begin(house, 'app-2', browser, { prompt: 'none' });
    expect(silent.location?.searchParams.get('error')).toBe('login_required');
    await house.behave({});
    const back = await begin(house, 'app-2', browser, { prompt: 'none' });
    expect(back.location?.searchParams.get('code')).not.toBeNull();
  });

  test('who lost a group has a token without it', async () => {
    const rp = await signedIn('bob');
    await house.behave({ people: { bob: { groups: ['auditors'] } } });
    const authorization = await rp.authorization();
    const tokens = await rp.exchange(authorization, await rp.browser.go(authorization.url, rp.redirectUri));
    expect(tokens.claims()?.groups).toEqual(['auditors']);
  });

  test('an upstream that is away for too long is an error that the application hears of', async () => {
    const rp = await signedIn('carol');
    await house.behave({ upstream: 'unavailable' });
    const authorization = await rp.authorization();
    const first = await rp.exchange(authorization, await rp.browser.go(authorization.url, rp.redirectUri));
    expect(first.claims()?.stale_since).toBeTypeOf('number');
    const error = await until('the grace to end', async () => {
      const { location } = await begin(house, 'app-2', rp.browser);
      return location?.searchParams.get('error') ?? undefined;
    });
    expect(error).toBe('temporarily_unavailable');
  });
});
