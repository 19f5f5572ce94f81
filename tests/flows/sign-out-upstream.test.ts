/** Somebody signs out here, and is signed out at the upstream as well; and the other way round. */
import assert from 'node:assert/strict';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { client, openHouse } from '../support/house.ts';
import { formsOf, HttpBrowser, type Page, textOf } from '../support/http-browser.ts';
import { startOpenIdProvider } from '../support/openid-provider.ts';
import type { RelyingParty } from '../support/relying-party.ts';

const upstreamSecret = 'the secret of Gatehouse at its upstream';
const goodbye = 'https://app.example.com/goodbye';
const redirect = 'https://app.example.com/callback';
const port = await freePort();
const issuer = `http://127.0.0.1:${port}`;
const ada = { sub: 'u-1815', claims: { preferred_username: 'ada', name: 'Ada Lovelace' } };

const bob = { sub: 'u-2', claims: { preferred_username: 'bob', name: 'Bob' } };

const provider = await startOpenIdProvider({
  people: [ada],
  clients: [
    {
      client_id: 'gatehouse',
      client_secret: upstreamSecret,
      redirect_uris: [`${issuer}/callback/partner`],
      post_logout_redirect_uris: [`${issuer}/callback/partner/signed-out`],
      backchannel_logout_uri: `${issuer}/connectors/partner/backchannel-logout`,
      backchannel_logout_session_required: true,
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
});

const house = await openHouse({
  port,
  env: { UPSTREAM_SECRET: upstreamSecret },
  config: {
    connectors: [
      {
        id: 'partner',
        type: 'oidc',
        name: 'Partner company',
        config: {
          issuer: provider.issuer,
          clientId: 'gatehouse',
          clientSecret: { fromEnv: 'UPSTREAM_SECRET' },
        },
      },
    ],
    clients: [
      client('app', { public: true, connectors: ['partner'], postLogoutRedirectUris: [goodbye] }),
      client('other', { public: true, connectors: ['partner'] }),
      client('asks', { public: true, connectors: ['partner'], trusted: false }),
    ],
  },
});
afterAll(async () => {
  await house.close();
  await provider.stop();
});
beforeEach(() => provider.order({ mode: 'well', people: [ada], signsIn: ada.sub }));

async function signIn(): Promise<RelyingParty> {
  const party = await house.party('other', redirect);
  const authorization = await party.authorization();
  await party.exchange(authorization, await party.browser.go(authorization.url, redirect));
  return party;
}

/** Whether the browser gets a code without anybody doing anything. */
async function isSignedIn(party: RelyingParty): Promise<boolean> {
  const { url } = await party.authorization({ prompt: 'none' });
  const end = await party.browser.go(url, redirect);
  return end.location?.searchParams.has('code') ?? false;
}

function logoutAddress(more: Record<string, string> = {}): string {
  const asked = { client_id: 'app', post_logout_redirect_uri: goodbye, state: 'x y', ...more };
  return `${issuer}/logout?${new URLSearchParams(asked)}`;
}

/** Agrees to the question here, and stops before the upstream. */
async function leave(browser: HttpBrowser, address = logoutAddress()): Promise<Page & { location?: URL }> {
  return await browser.submit(await browser.go(address), { logout: 'yes' }, provider.issuer);
}

describe('a sign-out here', () => {
  test('goes on at the upstream, and from there to where the application said', async () => {
    const party = await signIn();
    const { browser } = party;
    const question = await browser.go(logoutAddress());
    expect(textOf(question)).toContain('If Partner company allows it, you are signed out there as well.');
    const leaving = await browser.submit(question, { logout: 'yes' }, provider.issuer);
    assert.ok(leaving.location);
    expect(await isSignedIn(party)).toBe(false);
    const asked = await browser.go(leaving.location);
    const end = await browser.submit(asked, { logout: 'yes' }, goodbye);
    expect(end.location?.href).toBe(`${goodbye}?state=x+y`);
    await provider.order({ signsIn: null });
    const { url } = await party.authorization();
    // Nobody is let in at the upstream any more without signing in there, which nobody does.
    const refused = await browser.go(url, redirect);
    expect([refused.status, refused.location]).toEqual([403, undefined]);
  });

  test('ends at our page where the application names no place', async () => {
    const party = await signIn();
    const leaving = await leave(party.browser, `${issuer}/logout`);
    const asked = await party.browser.go(leaving.location ?? '');
    const end = await party.browser.submit(asked, { logout: 'yes' });
    expect(textOf(end)).toContain('You are signed out');
  });

  test('names the session of this browser, and not the last one of the same person', async () => {
    const first = await signIn();
    const second = await signIn();
    const leaving = await leave(first.browser);
    const asked = await first.browser.go(leaving.location ?? '');
    await first.browser.submit(asked, { logout: 'yes' }, goodbye);
    expect(await isSignedIn(second)).toBe(true);
  });

  test('is done, and says what is not, while the upstream is away', async () => {
    const party = await signIn();
    await house.restart();
    await provider.order({ mode: 'down' });
    const end = await party.browser.submit(await party.browser.go(logoutAddress()), { logout: 'yes' });
    expect(end.status).toBe(200);
    expect(textOf(end)).toContain('Partner company has not confirmed that you are signed out there');
    expect(end.body).toContain(`href="${goodbye}?state=x+y"`);
    expect(await isSignedIn(party)).toBe(false);
  });

  test('leaves no upstream ID token behind', async () => {
    await house.sql('DELETE FROM upstream_sessions');
    const party = await signIn();
    const rows = () => house.sql<{ count: string }>('SELECT count(*) FROM upstream_sessions');
    expect((await rows())[0]?.count).toBe('1');
    await leave(party.browser);
    expect((await rows())[0]?.count).toBe('0');
  });

  // The library hands the sign-in on to every page that follows it, and to a session that has it already.
  test('names its session also after a page of consent', async () => {
    const party = await house.party('asks', redirect);
    const authorization = await party.authorization();
    const consent = await party.browser.go(authorization.url, redirect);
    await party.browser.submit(consent, { decision: 'allow' }, redirect);
    const leaving = await leave(party.browser);
    expect(leaving.location?.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
  });

  // Attack, or a fault: the key that sealed what the upstream gave is gone, and nobody gets out any more.
  test('is done also where nothing that was sealed can be opened', async () => {
    await house.sql('DELETE FROM sessions');
    const party = await signIn();
    await house.sql(`UPDATE identities SET state_sealed = '\\x00'`);
    await house.sql(`UPDATE upstream_sessions SET state_sealed = '\\x00'`);
    const end = await party.browser.submit(await party.browser.go(logoutAddress()), { logout: 'yes' });
    expect(textOf(end)).toContain('Partner company has not confirmed that you are signed out there');
    expect(await isSignedIn(party)).toBe(false);
    expect(await house.sql('SELECT FROM sessions')).toHaveLength(0);
  });

  test('also where another person signs in in the same browser, nothing is left of the one before', async () => {
    await house.sql('DELETE FROM upstream_sessions');
    const party = await signIn();
    await provider.order({ people: [ada, bob], signsIn: bob.sub });
    const { url } = await party.authorization({ prompt: 'login' });
    const away = await party.browser.go(url, provider.issuer);
    const back = await new HttpBrowser().go(away.location ?? '', issuer);
    const end = await party.browser.go(back.location ?? '', redirect);
    expect(end.location?.searchParams.has('code')).toBe(true);
    expect(await house.sql('SELECT FROM upstream_sessions')).toHaveLength(1);
  });

  test('by a sign-in once more in the same browser, there is still one', async () => {
    await house.sql('DELETE FROM upstream_sessions');
    const party = await signIn();
    const { url } = await party.authorization({ prompt: 'login' });
    await party.browser.go(url, redirect);
    expect(await house.sql('SELECT FROM upstream_sessions')).toHaveLength(1);
  });
});

// Attack: a link to our return address sends people on to a site of the attacker's, who has begun a sign-out.
test('the way back is of the browser that began, and of the sign-out that it began', async () => {
  const attacker = await signIn();
  const leaving = await leave(attacker.browser);
  const token = leaving.location?.searchParams.get('state') ?? '';
  expect(token).not.toBe('');
  const back = `${issuer}/callback/partner/signed-out?state=${token}`;
  const ours = `${issuer}/logout/success`;
  const victim = await signIn();
  expect((await victim.browser.request(back)).headers.get('location')).toBe('/logout/success');
  const other = await attacker.browser.request(`${issuer}/callback/partner/signed-out?state=guess`);
  expect(new URL(other.headers.get('location') ?? '', issuer).href).toBe(ours);
  const first = await attacker.browser.request(back);
  expect(first.headers.get('location')).toBe(`${goodbye}?state=x+y`);
  // Once.
  const again = await attacker.browser.request(back);
  expect(new URL(again.headers.get('location') ?? '', issuer).href).toBe(ours);
  expect((await attacker.browser.request(`${issuer}/callback/nobody/signed-out`)).status).toBe(404);
});

test('a sign-out at the upstream, by another application there, ends the session here', async () => {
  await house.sql('DELETE FROM upstream_sessions');
  const party = await signIn();
  const other = await signIn();
  expect(await isSignedIn(party)).toBe(true);
  const page = await party.browser.go(`${provider.issuer}/session/end`);
  expect(formsOf(page)).not.toHaveLength(0);
  await party.browser.submit(page, { logout: 'yes' });
  expect(await isSignedIn(party)).toBe(false);
  expect(await isSignedIn(other)).toBe(true);
  // Nor is the ID token kept of the session that has ended.
  expect(await house.sql('SELECT FROM upstream_sessions')).toHaveLength(1);
});
