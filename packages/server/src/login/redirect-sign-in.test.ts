import { type Connector, ConnectorError, type Json } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp } from '../testing/sign-in-app.ts';

/** An upstream that believes the parameter `person`. */
function upstream(tokenParam: string, departure: 'GET' | 'POST' = 'GET', unasked?: URL): Connector<Json> {
  return {
    login: {
      kind: 'redirect',
      tokenParam,
      ...(departure === 'POST' && { largestAnswer: 1024 * 1024 }),
      ...(unasked && { unasked }),
      begin: async ({ token, callbackUrl }) => {
        const url = new URL('https://upstream.example/authorize');
        const fields = { [tokenParam]: token, answer: callbackUrl.href };
        if (departure === 'POST') return { departure: { method: 'POST', url, fields }, memo: { token } };
        url.search = new URLSearchParams(fields).toString();
        return { departure: { method: 'GET', url }, memo: { token } };
      },
      finish: async ({ arrival, memo }) => {
        const person = arrival.params.get('person');
        if (arrival.params.get('error') === 'access_denied') {
          throw new ConnectorError('denied', { reason: 'the person said no' });
        }
        if (person === null || (memo as { token: string }).token !== arrival.params.get(tokenParam)) {
          throw new ConnectorError('bad_response', { reason: 'no assertion' });
        }
        const at = arrival.params.get('at');
        const authenticated = at === null ? {} : { authenticated: { at: new Date(at) } };
        return { upstreamId: person, username: person, groups: [], state: null, ...authenticated };
      },
    },
    check: async () => [],
  };
}

let app: SignInApp;
let alice: Browser;

beforeEach(async () => {
  app = await startSignInApp({
    corp: upstream('state'),
    saml: upstream('RelayState', 'POST'),
    other: upstream('state'),
    portal: upstream('RelayState', 'POST', new URL('https://app.example.com/login?iss=here')),
  });
  alice = new Browser(app, 'alice-1');
});
afterEach(() => app.close());

/** Leaves for the upstream; returns the token that travels with the browser. */
async function leave(browser: Browser, uid: string, connector = 'corp'): Promise<string> {
  const { location } = await browser.get(`/login/${uid}/with/${connector}`);
  return new URL(location).searchParams.get('state') ?? '';
}

async function comeBack(browser: Browser, token: string, connector = 'corp'): Promise<string> {
  return (await browser.get(`/callback/${connector}?state=${token}&person=alice`)).location;
}

describe('a sign-in over a redirect', () => {
  it('goes out, comes back, and signs the person in', async () => {
    const token = await leave(alice, 'alice-1');
    const finish = await comeBack(alice, token);
    expect(finish).toMatch(/^\/sso\/login\/alice-1\/finish\?arrival=[\w-]{43}$/);
    expect(await alice.get(finish)).toMatchObject({ status: 303, location: '/done' });
    expect(app.signedIn).toHaveLength(1);
    expect([...app.tables.identities.values()].map(({ identity }) => identity.upstreamId)).toEqual(['alice']);
  });

  // Attack: one small request a time makes us check the same bad answer for as long as the login is open.
  it('is over after many bad answers, though not after a few', async () => {
    const badAnswer = async (token: string) => (await alice.get(`/callback/corp?state=${token}`)).location;
    const few = await leave(alice, 'alice-1');
    const planted = await badAnswer(few);
    for (let turn = 0; turn < 10; turn += 1) expect((await alice.get(planted)).status).toBe(502);
    expect((await alice.get(await comeBack(alice, few))).status).toBe(303);
    const many = await leave(alice, 'alice-1');
    const again = await badAnswer(many);
    for (let turn = 0; turn < 11; turn += 1) expect((await alice.get(again)).status).toBe(502);
    expect((await alice.get(again)).status).toBe(400);
    expect(await comeBack(alice, many)).not.toContain('arrival=');
  });

  // Attack: a program on the person's computer sends the browser through an upstream that has a session of its own.
  it.each([
    ['12:00:05', true],
    ['11:59:00', false],
    [null, false],
  ])('after an authentication at %s counts as attended: %s', async (time, attended) => {
    const token = await leave(alice, 'alice-1');
    app.now = new Date('2026-11-21T12:00:10Z');
    const at = time === null ? '' : `&at=2026-11-21T${time}Z`;
    const { location } = await alice.get(`/callback/corp?state=${token}&person=alice${at}`);
    await alice.get(location);
    expect(app.signedIn.map((signedIn) => signedIn.attended)).toEqual([attended]);
  });

  // Attack: whoever has the browser answers `prompt=login` with an upstream that does not ask again.
  it.each([
    [{ fresh: true }, '11:40:00', '/refused'],
    [{ fresh: true }, '11:58:30', '/refused'],
    [{ fresh: true }, '11:59:00', '/done'],
    [{ fresh: false, maxAge: 3600 }, '10:50:00', '/refused'],
    [{ fresh: false, maxAge: 3600 }, '11:10:00', '/done'],
    [{ fresh: false }, '08:00:00', '/done'],
  ])('of which the client wants %o, and that was at %s, ends at %s', async (wish, time, end) => {
    const pending = app.signIns.get('alice-1');
    if (pending === undefined) throw new Error('no sign-in');
    app.signIns.set('alice-1', { ...pending, wish });
    const token = await leave(alice, 'alice-1');
    const { location } = await alice.get(`/callback/corp?state=${token}&person=alice&at=2026-11-21T${time}Z`);
    expect((await alice.get(location)).location).toBe(end);
    expect(app.signedIn).toHaveLength(end === '/done' ? 1 : 0);
    expect(app.refused).toEqual(end === '/done' ? [] : ['login_required']);
  });

  it('sends the browser to the upstream with a token of 256 bits and the address of this connector', async () => {
    const { location } = await alice.get('/login/alice-1/with/corp');
    const query = new URL(location).searchParams;
    expect(Buffer.from(query.get('state') ?? '', 'base64url')).toHaveLength(32);
    expect(query.get('answer')).toBe(`${app.origin}/callback/corp`);
  });

  it('works at the address without a connector as well, which old registrations have', async () => {
    const token = await leave(alice, 'alice-1');
    const { location } = await alice.get(`/callback?state=${token}&person=alice`);
    expect((await alice.get(location)).location).toBe('/done');
  });

  it('posts to the upstream by itself or by a button, and allows that one script', async () => {
    const page = await alice.get('/login/alice-1/with/saml');
    expect(page.text).toContain('action="https://upstream.example/authorize"');
    expect(page.text).toContain('<button');
    expect(page.headers.get('content-security-policy')).toMatch(/script-src 'sha256-[^']+'$/);
  });

  it('takes a posted answer without any cookie, as browsers send it from another site', async () => {
    const page = await alice.get('/login/alice-1/with/saml');
    const token = /name="RelayState" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const body = new URLSearchParams({ RelayState: token, person: 'alice' });
    const landed = await fetch(`${app.origin}/callback/saml`, { method: 'POST', body, redirect: 'manual' });
    expect(landed.status).toBe(303);
    const finish = landed.headers.get('location') ?? '';
    expect(finish).not.toContain('person');
    expect((await alice.get(finish)).location).toBe('/done');
  });
});

describe('attacks on it', () => {
  it('Attack: somebody signs in as themselves and has the victim’s browser finish it. It is refused.', async () => {
    const mallory = new Browser(app, 'mallory-1');
    const finish = await comeBack(mallory, await leave(mallory, 'mallory-1'));
    const page = await alice.get(finish);
    expect(page.status).toBe(400);
    expect(page.text).toContain('another browser');
    expect(app.signedIn).toHaveLength(0);
    expect((await mallory.get(finish)).location).toBe('/done');
  });

  it('Attack: the same, by a browser that has no sign-in at all. It is refused, and told why.', async () => {
    const finish = await comeBack(alice, await leave(alice, 'alice-1'));
    const response = await fetch(app.origin + finish.slice('/sso'.length));
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('another browser');
  });

  it('Attack: the handle of the attacker’s answer under the address of the victim’s sign-in. It is refused.', async () => {
    const mallory = new Browser(app, 'mallory-1');
    const finish = await comeBack(mallory, await leave(mallory, 'mallory-1'));
    const moved = finish.replace('mallory-1', 'alice-1');
    expect((await alice.get(moved)).text).toContain('another browser');
    expect(app.signedIn).toHaveLength(0);
  });

  it('Attack: answers planted by somebody who saw the token. They fail, and the person’s own still counts.', async () => {
    const token = await leave(alice, 'alice-1');
    const planted = (await new Browser(app, 'mallory-1').get(`/callback/corp?state=${token}&forged=1`))
      .location;
    const page = await alice.get(planted);
    expect(page.status).toBe(502);
    expect(page.text).toContain('href="/sso/login/alice-1/with/corp"');
    expect((await alice.get(await comeBack(alice, token))).location).toBe('/done');
  });

  it('keeps five answers a login, so that planting more fills nothing', async () => {
    const token = await leave(alice, 'alice-1');
    for (let n = 0; n < 9; n += 1) await comeBack(alice, token);
    expect(app.tables.arrivals.size).toBe(5);
  });

  it('Attack: an answer is fetched a second time. The login is used up.', async () => {
    const finish = await comeBack(alice, await leave(alice, 'alice-1'));
    await alice.get(finish);
    const again = await alice.get(finish);
    expect(again.status).toBe(400);
    expect(again.text).toContain('expired');
    expect(app.signedIn).toHaveLength(1);
  });

  it('Attack: the answer is fetched twice at once. One of them wins.', async () => {
    const finish = await comeBack(alice, await leave(alice, 'alice-1'));
    const statuses = (await Promise.all([alice.get(finish), alice.get(finish)])).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([303, 400]);
  });

  it('Attack: an answer for one connector is sent to the door of another. It is refused.', async () => {
    const token = await leave(alice, 'alice-1');
    for (const door of ['other', 'saml']) {
      const page = await alice.get(`/callback/${door}?state=${token}&RelayState=${token}&person=alice`);
      expect(page.status).toBe(400);
    }
    expect(app.tables.arrivals.size).toBe(0);
  });

  it('Attack: tokens that are unknown, empty or doubled. Nothing is stored.', async () => {
    const token = await leave(alice, 'alice-1');
    for (const query of ['state=unknown', 'state=', 'person=alice', `state=${token}&state=${token}`]) {
      expect((await alice.get(`/callback/corp?${query}`)).status).toBe(400);
    }
    expect(app.tables.arrivals.size).toBe(0);
  });

  it('refuses an answer that comes ten minutes late, or lands in time and is fetched too late', async () => {
    const token = await leave(alice, 'alice-1');
    const finish = await comeBack(alice, token);
    app.now = new Date(app.now.getTime() + 10 * 60_000);
    expect((await alice.get(finish)).status).toBe(400);
    expect((await alice.get(`/callback/corp?state=${token}&person=alice`)).status).toBe(400);
    expect(app.signedIn).toHaveLength(0);
  });

  // Attack: whoever begins logins posts an answer of half a megabyte to each, as often as answers are kept.
  it.each([
    ['corp', 12, 303],
    ['corp', 40, 400],
    ['saml', 400, 303],
    ['saml', 600, 400],
  ])('takes from %s an answer of %i KB with %i', async (connector, size, status) => {
    const { location, text } = await alice.get(`/login/alice-1/with/${connector}`);
    const sent = URL.parse(location)?.searchParams.get('state');
    const token = sent ?? /name="RelayState" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const name = connector === 'saml' ? 'RelayState' : 'state';
    const body = new URLSearchParams({ [name]: token, answer: 'A'.repeat(size * 1024) });
    const at = `${app.origin}/callback/${connector}`;
    const landed = await fetch(at, { method: 'POST', body, redirect: 'manual' }).catch(() => null);
    // The connection may be closed before the answer is read.
    expect(landed?.status ?? 400).toBe(status);
  });

  it('Attack: a connector wants to send the browser to a script. It is not sent.', async () => {
    const evil = upstream('state');
    if (evil.login.kind !== 'redirect') throw new Error('not a redirect connector');
    const login = { ...evil.login, begin: async () => departTo('javascript:alert(1)') };
    const broken = await startSignInApp({ corp: { ...evil, login } });
    const page = await new Browser(broken, 'alice-1').get('/login/alice-1');
    await broken.close();
    expect(page.status).toBe(500);
    expect(page.location).toBe('');
  });
});

async function departTo(url: string) {
  return { departure: { method: 'GET' as const, url: new URL(url) }, memo: null };
}

describe('where it can go on', () => {
  it('shows the ways to sign in where there are several', async () => {
    const page = await alice.get('/login/alice-1');
    expect(page.status).toBe(200);
    for (const id of ['corp', 'saml', 'other']) expect(page.text).toContain(`/sso/login/alice-1/with/${id}`);
  });

  it('goes on without a page where the client asked for one', async () => {
    const bob = new Browser(app, 'bob-1', { connectorId: 'corp' });
    expect((await bob.get('/login/bob-1')).location).toMatch(/^https:\/\/upstream\.example\//);
  });

  it('says that there is no way, and offers the way back', async () => {
    const bob = new Browser(app, 'bob-1', { connectorId: 'nowhere' });
    const page = await bob.get('/login/bob-1');
    expect(page.status).toBe(403);
    expect(page.text).toContain('Return to The App');
  });

  it('Attack: a connector that this client may not use, named in the address. It is refused.', async () => {
    const bob = new Browser(app, 'bob-1', { connectorId: 'corp' });
    expect((await bob.get('/login/bob-1/with/other')).status).toBe(403);
  });

  it('after a refusal upstream offers again, another way, and back to the application', async () => {
    const token = await leave(alice, 'alice-1');
    const { location } = await alice.get(`/callback/corp?state=${token}&error=access_denied`);
    const page = await alice.get(location);
    expect(page.status).toBe(403);
    expect(page.text).toContain('Try again');
    expect(page.text).toContain('Sign in another way');
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    expect((await alice.post('/login/alice-1/return', { csrf })).location).toBe('/refused');
    expect(app.refused).toEqual(['access_denied']);
  });
});

// Attack: a page posts an answer for the attacker's account, so that the victim works in it.
describe('an answer that nobody asked for', () => {
  it.each(['', 'RelayState=unknown&', 'RelayState=&'])(
    'signs nobody in, with the token "%s"',
    async (token) => {
      const { status, location } = await alice.get(`/callback/corp?${token}person=mallory`);
      expect([status, location]).toEqual([400, '']);
      expect(app.tables.arrivals.size).toBe(0);
    },
  );

  it('begins a sign-in at the application where the connector names one, and takes nothing along', async () => {
    const { status, location } = await alice.get('/callback/portal?RelayState=evil&person=mallory');
    expect([status, location]).toEqual([303, 'https://app.example.com/login?iss=here']);
  });

  it('of one connector does not do so at another', async () => {
    expect((await alice.get('/callback/saml?RelayState=evil&person=mallory')).status).toBe(400);
  });
});
