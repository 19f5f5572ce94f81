/** Attacks on the way from an upstream back to the browser, and on the forms of a sign-in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRedirect, type House, openHouse } from '../support/house.ts';
import { formsOf, HttpBrowser, type Page } from '../support/http-browser.ts';
import { answerFor, begin, reasonOf, typePassword } from '../support/sign-in-steps.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const session = 'gatehouse_session';

/** A browser that stands before the played upstream's page. */
async function atUpstream(clientId = 'web') {
  const browser = new HttpBrowser();
  return { browser, page: await begin(house, clientId, browser) };
}

function refused(page: Page, ...reasons: readonly string[]): void {
  expect(reasons).toContain(reasonOf(page));
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.url.origin).toBe(house.issuer);
}

describe('an answer of the upstream', () => {
  // Attack: login CSRF. The attacker begins, signs in as themselves at the upstream, and lets the victim's browser finish.
  test('that belongs to another browser is refused there, and is still good in its own', async () => {
    const attacker = await atUpstream();
    const link = answerFor(attacker.page, 'bob');
    const victim = new HttpBrowser();
    refused(await victim.go(link, appRedirect), 'other_browser');
    expect(victim.cookieNames()).toEqual([]);
    const end = await attacker.browser.go(link, appRedirect);
    expect(end.location?.searchParams.get('code')).toBeTruthy();
  });

  // Attack: the same, against a victim who is in the middle of a sign-in.
  test('does not finish the sign-in that another browser has in hand', async () => {
    const attacker = await atUpstream();
    const victim = await atUpstream();
    refused(await victim.browser.go(answerFor(attacker.page, 'bob'), appRedirect), 'other_browser');
    expect(victim.browser.cookie(session)).toBeUndefined();
    const end = await victim.browser.go(answerFor(victim.page, 'alice'), appRedirect);
    expect(end.location?.searchParams.get('code')).toBeTruthy();
  });

  // Attack: the handle of the attacker's answer is put into the address of the sign-in that the victim has in hand.
  test('is not fetched from within the sign-in of another browser', async () => {
    const attacker = await atUpstream();
    const landed = await attacker.browser.request(answerFor(attacker.page, 'bob'));
    const handle = new URL(landed.headers.get('location') ?? '', house.issuer).searchParams.get('arrival');
    const browser = new HttpBrowser();
    const choice = await begin(house, 'portal', browser);
    refused(await browser.go(`${choice.url}/finish?arrival=${handle}`), 'other_browser');
    expect(browser.cookie(session)).toBeUndefined();
  });

  // Attack: the victim's state has leaked, and the attacker puts a code of their own account next to it.
  test('with a code that was made for another login is refused, and the login stays open', async () => {
    const attacker = await atUpstream();
    const victim = await atUpstream();
    const planted = new URL(answerFor(victim.page, 'alice'));
    planted.searchParams.set('code', answerFor(attacker.page, 'bob').searchParams.get('code') ?? '');
    refused(await victim.browser.go(planted, appRedirect), 'bad_upstream_response');
    const end = await victim.browser.go(answerFor(victim.page, 'alice'), appRedirect);
    expect(end.location?.searchParams.get('code')).toBeTruthy();
  });

  // Attack: an answer that was seen (history, log, referrer) is sent once more.
  test('cannot be used a second time, in no browser', async () => {
    const owner = await atUpstream();
    const link = answerFor(owner.page, 'alice');
    const first = await owner.browser.go(link, appRedirect);
    expect(first.location?.searchParams.get('code')).toBeTruthy();
    refused(await owner.browser.go(link, appRedirect), 'sign_in_expired');
    refused(await new HttpBrowser().go(link, appRedirect), 'sign_in_expired');
  });

  // Attack: the address of the finish page was seen, with the handle in it.
  test('cannot be fetched by who knows its handle', async () => {
    const owner = await atUpstream();
    const landed = await owner.browser.request(answerFor(owner.page, 'alice'));
    const finish = new URL(landed.headers.get('location') ?? '', house.issuer);
    expect(finish.searchParams.get('arrival')).toMatch(/^[\w-]{43}$/);
    refused(await new HttpBrowser().go(finish, appRedirect), 'other_browser');
    const end = await owner.browser.go(finish, appRedirect);
    expect(end.location?.searchParams.get('code')).toBeTruthy();
    refused(await owner.browser.go(finish, appRedirect), 'sign_in_expired');
  });

  // Attack: with a stolen state, answers without end are sent from elsewhere to push out or to use up the real one.
  test('finds its login however many planted ones came before', async () => {
    const owner = await atUpstream();
    const link = answerFor(owner.page, 'alice');
    const planted = new URL(link);
    for (let n = 0; n < 20; n += 1) {
      planted.searchParams.set('code', `planted-${n}`);
      expect((await new HttpBrowser().request(planted)).status).toBe(303);
    }
    const counts = await house.sql<{ most: number }>(
      'SELECT count(*)::int AS most FROM arrivals GROUP BY login_slot ORDER BY most DESC LIMIT 1',
    );
    expect(counts).toEqual([{ most: 5 }]);
    const end = await owner.browser.go(link, appRedirect);
    expect(end.location?.searchParams.get('code')).toBeTruthy();
  });

  // Attack: mix-up. An answer meant for one connector is taken to the door of another.
  test('is refused at the door of another connector', async () => {
    const owner = await atUpstream();
    const link = answerFor(owner.page, 'alice');
    const elsewhere = new URL(link);
    for (const connector of ['partner', 'corp', 'nobody', '..%2Fsso', '__proto__']) {
      elsewhere.pathname = `/callback/${connector}`;
      refused(await owner.browser.go(elsewhere, appRedirect), 'sign_in_expired');
    }
    // The address without a connector finds it by its state.
    elsewhere.pathname = '/callback';
    const end = await owner.browser.go(elsewhere, appRedirect);
    expect(end.location?.searchParams.get('code')).toBeTruthy();
  });

  // Attack: mix-up. A code of one upstream is sent as the answer of another.
  test('of one connector does not answer a login of another', async () => {
    const browser = new HttpBrowser();
    const choice = await begin(house, 'portal', browser);
    const [sso, partner] = await Promise.all(
      ['sso', 'partner'].map((id) => browser.go(`${choice.url}/with/${id}`)),
    );
    if (!sso || !partner) throw new Error('two pages');
    const mixed = new URL(answerFor(sso, 'alice'));
    mixed.searchParams.set('code', answerFor(partner, 'bob').searchParams.get('code') ?? '');
    refused(await browser.go(mixed), 'bad_upstream_response');
    const crossed = new URL(answerFor(sso, 'alice'));
    crossed.searchParams.set('state', answerFor(partner, 'bob').searchParams.get('state') ?? '');
    refused(await browser.go(crossed), 'sign_in_expired');
  });

  // Attack: duplicated parameters, so that one check sees one value and the next another.
  test.each(['state', 'code'])('that has its %s twice is refused', async (name) => {
    const owner = await atUpstream();
    const link = answerFor(owner.page, 'alice');
    link.searchParams.append(name, answerFor((await atUpstream()).page, 'bob').searchParams.get(name) ?? '');
    const page = await owner.browser.go(link, appRedirect);
    // A connector reads the first code, as any client would; a state must be there once.
    if (name === 'state') refused(page, 'sign_in_expired');
    else expect(page.status).toBeLessThan(500);
  });

  test('without anything in it is a page and no server error', async () => {
    for (const path of ['/callback', '/callback/sso', '/callback?state=', '/callback?state=x&code=y']) {
      refused(await new HttpBrowser().go(house.issuer + path), 'sign_in_expired');
    }
  });
});

describe('a forged form', () => {
  const evil = 'https://evil.example';

  async function post(browser: HttpBrowser, action: URL, body: Record<string, string>, headers = {}) {
    return await browser.request(action, {
      method: 'POST',
      body: new URLSearchParams(body),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    });
  }

  async function passwordForm() {
    const browser = new HttpBrowser();
    const page = await begin(house, 'app', browser);
    const form = formsOf(page)[0];
    if (!form) throw new Error('no form');
    return { browser, form, typed: { login: 'alice', password: 'ecila' } };
  }

  // Attack: a page on another site posts our form, and the browser adds its cookies.
  test.each([
    ['no token', {}, {}],
    ['an empty token', { csrf: '' }, {}],
    ['a made-up token', { csrf: 'A'.repeat(43) }, {}],
    ['the origin of another site', null, { origin: evil }],
    ['the origin of a sandboxed frame', null, { origin: 'null' }],
    ['the origin with another port', null, { origin: 'http://127.0.0.1:1' }],
    ['the word of the browser that it comes from another site', null, { 'sec-fetch-site': 'cross-site' }],
    ['the word of the browser that it comes from a sister site', null, { 'sec-fetch-site': 'same-site' }],
  ])('of a password with %s is refused', async (_, token, headers) => {
    const { browser, form, typed } = await passwordForm();
    const answer = await post(browser, form.action, { ...typed, ...(token ?? form.inputs) }, headers);
    refused(answer, 'form_expired');
    expect(answer.status).toBe(403);
    expect(browser.cookie(session)).toBeUndefined();
  });

  // Attack: the token of a sign-in of one's own is put into the form of somebody else's.
  test('with the token of another sign-in is refused', async () => {
    const mine = await passwordForm();
    const theirs = await passwordForm();
    const stolen = { ...theirs.typed, csrf: mine.form.inputs.csrf ?? '' };
    refused(await post(theirs.browser, theirs.form.action, stolen), 'form_expired');
  });

  // Attack: form and token are right, but the browser is another.
  test('without the cookie of its sign-in is refused', async () => {
    const { form, typed } = await passwordForm();
    refused(await post(new HttpBrowser(), form.action, { ...typed, ...form.inputs }), 'sign_in_expired');
  });

  test('the token twice is refused', async () => {
    const { browser, form, typed } = await passwordForm();
    const csrf = form.inputs.csrf ?? '';
    const body = `${new URLSearchParams({ ...typed, csrf })}&csrf=${csrf}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    refused(await browser.request(form.action, { method: 'POST', body, headers }), 'form_expired');
  });

  // Attack: a body that is no form needs no preflight either, and might be read all the same.
  test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/json'])(
    'sent as %s is refused',
    async (type) => {
      const { browser, form, typed } = await passwordForm();
      const body = `${new URLSearchParams({ ...typed, ...form.inputs })}`;
      const headers = { 'content-type': type };
      refused(await browser.request(form.action, { method: 'POST', body, headers }), 'bad_request');
    },
  );

  // Attack: the person is made to agree to what they never saw, or to leave.
  test.each(['consent', 'return'])('of %s with a foreign token or origin is refused', async (step) => {
    const browser = new HttpBrowser();
    const choice = await begin(house, 'portal', browser);
    const form = await browser.go(`${choice.url}/with/corp`);
    const consent = await typePassword(browser, form, 'alice');
    const action = new URL(`${consent.url}/${step}`);
    const { csrf = '' } = formsOf(consent)[0]?.inputs ?? {};
    const foreign = formsOf(await begin(house, 'portal'))[0]?.inputs.csrf ?? '';
    refused(await post(browser, action, { decision: 'allow', csrf: foreign }), 'form_expired');
    refused(await post(browser, action, { decision: 'allow' }), 'form_expired');
    refused(await post(browser, action, { decision: 'allow', csrf }, { origin: evil }), 'form_expired');
  });

  // Attack: the consent is skipped by asking for what comes after it.
  test('cannot skip the consent', async () => {
    const browser = new HttpBrowser();
    const choice = await begin(house, 'portal', browser);
    const consent = await typePassword(browser, await browser.go(`${choice.url}/with/corp`), 'alice');
    const uid = consent.url.pathname.split('/')[2];
    const resumed = await browser.go(`${house.issuer}/auth/${uid}`, appRedirect);
    expect(resumed.location).toBeUndefined();
    expect(resumed.body).toContain('Allow Portal?');
  });
});

describe('session fixation', () => {
  // Attack: the attacker plants a session cookie before the victim signs in, and uses it afterwards.
  test('a planted cookie is no session, and is replaced at the sign-in', async () => {
    const attacker = new HttpBrowser();
    await typePassword(attacker, await begin(house, 'app', attacker), 'bob');
    const planted = ['gatehouse_session', 'gatehouse_session.sig'].map((name) => attacker.cookie(name) ?? '');
    expect(planted.every((value) => value !== '')).toBe(true);
    const victim = new HttpBrowser((url, init) => withCookie(url, init, planted));
    const form = await begin(house, 'app', victim, { prompt: 'login' });
    await typePassword(victim, form, 'alice');
    expect(victim.cookie(session)).toBeDefined();
    expect(victim.cookie(session)).not.toBe(planted[0]);
    const again = await begin(house, 'app', attacker, { prompt: 'none' });
    expect(again.location?.searchParams.get('error')).toBe('login_required');
  });

  test('the cookie changes at each sign-in, and the old one opens nothing', async () => {
    const browser = new HttpBrowser();
    await typePassword(browser, await begin(house, 'app', browser), 'alice');
    const old = ['gatehouse_session', 'gatehouse_session.sig'].map((name) => browser.cookie(name) ?? '');
    await typePassword(browser, await begin(house, 'app', browser, { prompt: 'login' }), 'alice');
    expect(browser.cookie(session)).not.toBe(old[0]);
    const thief = new HttpBrowser((url, init) => withCookie(url, init, old));
    const answer = await begin(house, 'app', thief, { prompt: 'none' });
    expect(answer.location?.searchParams.get('error')).toBe('login_required');
  });

  test('a cookie with another signature, or none, is no session', async () => {
    const browser = new HttpBrowser();
    await typePassword(browser, await begin(house, 'app', browser), 'alice');
    const value = browser.cookie(session) ?? '';
    for (const signature of ['', 'A'.repeat(43), value]) {
      const thief = new HttpBrowser((url, init) => withCookie(url, init, [value, signature]));
      const answer = await begin(house, 'app', thief, { prompt: 'none' });
      expect(answer.location?.searchParams.get('error')).toBe('login_required');
    }
  });

  test('no cookie can be read by a script or sent along by another site', async () => {
    const browser = new HttpBrowser();
    const form = await begin(house, 'app', browser);
    const { action, inputs } = formsOf(form)[0] ?? {};
    const answer = await browser.request(action ?? '', {
      method: 'POST',
      body: new URLSearchParams({ ...inputs, login: 'alice', password: 'ecila' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const resumed = await browser.request(new URL(answer.headers.get('location') ?? '', house.issuer));
    const lines = [...answer.headers.getSetCookie(), ...resumed.headers.getSetCookie()];
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/(?=.*httponly)(?=.*samesite=lax)/i);
  });
});

/** Adds a session cookie and its signature to whatever the browser sends. */
function withCookie(
  url: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  [value, signature]: readonly string[],
): Promise<Response> {
  const headers = new Headers(init?.headers);
  const own = headers.get('cookie') ?? '';
  if (!own.includes(`${session}=`)) {
    headers.set('cookie', `${own ? `${own}; ` : ''}${session}=${value}; ${session}.sig=${signature}`);
  }
  return fetch(url, { ...init, headers });
}
