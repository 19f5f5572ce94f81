/** Attack: a link to the trusted sign-in page ends at a page of the attacker, with a code or with a lie. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { appRedirect, client, type House, nativeRedirect, openHouse } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { rawRequest } from '../support/raw-http.ts';
import { begin, typePassword } from '../support/sign-in-steps.ts';

const signedOut = 'https://app.example.com/signed-out';

let house: House;
beforeAll(async () => {
  const clients = [
    client('web', { public: true, connectors: ['corp'], postLogoutRedirectUris: [signedOut] }),
    client('kubernetes', {
      public: true,
      native: true,
      connectors: ['corp'],
      redirectUris: [nativeRedirect],
    }),
  ];
  house = await openHouse({ config: { clients } });
});
afterAll(() => house.close());

/** Ways to write an address that one parser takes for the registered one and another does not. */
const nearly = (registered: string) => {
  const { origin, host, pathname } = new URL(registered);
  return [
    'https://evil.example/',
    `https://evil.example${pathname}`,
    `https://evil.example/?${registered}`,
    `https://evil.example/#${registered}`,
    `https://${host}.evil.example${pathname}`,
    `https://${host}@evil.example${pathname}`,
    `https://evil.example@${host}${pathname}`,
    `https://user:password@${host}${pathname}`,
    `https://evil.example\\@${host}${pathname}`,
    `https://evil.example%2f@${host}${pathname}`,
    `https://evil.example%00.${host}${pathname}`,
    `//${host}${pathname}`,
    `///evil.example${pathname}`,
    '/callback',
    'callback',
    '.',
    '',
    ' ',
    'null',
    `${registered}/`,
    `${registered}?x=1`,
    `${registered}#fragment`,
    `${registered}%2f..%2fother`,
    `${registered}/../other`,
    `${registered}/./`,
    `${registered};x`,
    `${registered}\t`,
    ` ${registered}`,
    `${registered}\r\nX-Injected: yes`,
    `${registered} ${signedOut}`,
    origin,
    `${origin}/`,
    `${origin}//callback`,
    registered.toUpperCase(),
    registered.replace('://', ':/'),
    registered.replace('://', ':\\\\'),
    registered.replace('callback', 'CALLBACK'),
    registered.replace('callback', 'call%62ack'),
    registered.replace('example', 'ex\u0430mple'),
    registered.replace('.com', '\u3002com'),
    `javascript:alert(1)//${registered}`,
    `data:text/html,<script>alert(1)</script>`,
    `view-source:${registered}`,
    `intent://${host}${pathname}#Intent;scheme=https;end`,
    'urn:ietf:wg:oauth:2.0:oob',
    'about:blank',
  ].filter((address) => address !== registered);
};

describe('redirect_uri', () => {
  async function expectRefused(clientId: string, address: string): Promise<void> {
    const browser = new HttpBrowser();
    const rp = await house.party(clientId);
    const { url } = await rp.authorization({ redirect_uri: address });
    const page = await browser.request(url);
    expect(page.status, address).toBe(400);
    expect(page.headers.get('location'), address).toBeNull();
    expect(page.headers.get('x-injected')).toBeNull();
    expect(page.body).toContain('Request');
    // With a broken request on top, the error is not sent there either.
    url.searchParams.set('response_type', 'token');
    expect((await browser.request(url)).headers.get('location'), address).toBeNull();
  }

  test('of a web application is the registered one, letter by letter', async () => {
    for (const address of nearly(appRedirect)) await expectRefused('web', address);
    await expectRefused('web', appRedirect.replace('https:', 'http:'));
    await expectRefused('web', appRedirect.replace('.com', '.com:444'));
  });

  test('of a native client may differ in the port of the loopback address, and in nothing else', async () => {
    for (const address of nearly(nativeRedirect)) {
      await expectRefused('kubernetes', address);
    }
    for (const address of [
      'http://127.0.0.1.evil.example:8000/callback',
      'http://127.0.0.1:8000@evil.example/callback',
      'http://127.0.0.1:80:80/callback',
      'http://127.0.0.1:99999/callback',
      'http://127.0.0.1:-1/callback',
      'http://127.0.0.1:8000.evil.example/callback',
      'http://127.0.0.2:8000/callback',
      'http://0.0.0.0:8000/callback',
      'http://[::1]:8000/callback',
      'http://localhost:8000/callback',
      'http://localhost.evil.example:8000/callback',
      'https://127.0.0.1:8000/callback',
      'http://127.0.0.1:8000/callback/more',
      'http://127.0.0.1:8000/',
    ]) {
      await expectRefused('kubernetes', address);
    }
    const rp = await house.party('kubernetes', 'http://127.0.0.1:54321/callback');
    const page = await new HttpBrowser().go((await rp.authorization()).url);
    expect(page.status).toBe(200);
  });

  test('given twice is refused, whichever is the right one', async () => {
    const { url } = await (await house.party('web')).authorization();
    for (const addresses of [
      [appRedirect, 'https://evil.example/'],
      ['https://evil.example/', appRedirect],
      [appRedirect, appRedirect],
    ]) {
      url.searchParams.delete('redirect_uri');
      for (const address of addresses) url.searchParams.append('redirect_uri', address);
      const page = await new HttpBrowser().request(url);
      expect(page.status).toBe(400);
      expect(page.headers.get('location')).toBeNull();
    }
  });

  test('of another client is refused', async () => {
    const { url } = await (await house.party('web')).authorization({ client_id: 'kubernetes' });
    const page = await new HttpBrowser().request(url);
    expect(page.status).toBe(400);
    expect(page.headers.get('location')).toBeNull();
  });
});

describe('post_logout_redirect_uri', () => {
  test('that is not registered is refused, with a session and without', async () => {
    const signedIn = new HttpBrowser();
    await typePassword(signedIn, await begin(house, 'web', signedIn), 'alice');
    const addresses = [...nearly(signedOut), appRedirect, nativeRedirect].filter((each) => each !== '');
    for (const browser of [signedIn, new HttpBrowser()]) {
      for (const address of addresses) {
        const query = new URLSearchParams({ client_id: 'web', post_logout_redirect_uri: address });
        const page = await browser.request(`${house.issuer}/logout?${query}`);
        expect(page.status, address).toBe(400);
        expect(page.headers.get('location'), address).toBeNull();
      }
    }
    expect(
      (await begin(house, 'web', signedIn, { prompt: 'none' })).location?.searchParams.get('code'),
    ).toBeTruthy();
  });

  test('without a client that it belongs to leads nowhere', async () => {
    const query = new URLSearchParams({ post_logout_redirect_uri: signedOut });
    const page = await new HttpBrowser().request(`${house.issuer}/logout?${query}`);
    expect(page.headers.get('location') ?? '').not.toContain('app.example.com');
  });

  test('that is registered is where the person goes, after saying so', async () => {
    const browser = new HttpBrowser();
    await typePassword(browser, await begin(house, 'web', browser), 'alice');
    const query = new URLSearchParams({
      client_id: 'web',
      post_logout_redirect_uri: signedOut,
      state: 'back',
    });
    const question = await browser.go(`${house.issuer}/logout?${query}`, signedOut);
    expect(question.location).toBeUndefined();
    const end = await browser.submit(question, { logout: 'yes' }, signedOut);
    expect(end.location?.href).toBe(`${signedOut}?state=back`);
  });
});

describe('a redirect of our own', () => {
  // Attack: the path becomes the host when it is put behind an empty origin, or after a backslash.
  test.each([
    '//evil.example/',
    '/\\evil.example/',
    '/%2fevil.example',
    '//evil.example/%2e%2e',
    '/@evil.example',
  ])('from localhost with the path %s stays here', async (path) => {
    const host = house.issuer.replace('http://127.0.0.1', 'localhost');
    const answer = await rawRequest(house.issuer, { path, headers: { host } });
    const { location } = answer.headers;
    if (location !== undefined) expect(new URL(String(location), house.issuer).origin).toBe(house.issuer);
    else expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('is not steered by parameters that other software knows', async () => {
    for (const name of [
      'next',
      'return_to',
      'redirect',
      'url',
      'continue',
      'back',
      'RelayState',
      'target_link_uri',
    ]) {
      for (const path of ['/', '/logout', '/callback', '/demo/sign-in']) {
        const page = await new HttpBrowser().request(`${house.issuer}${path}?${name}=https://evil.example/`);
        expect(page.headers.get('location') ?? '').not.toMatch(/^(https?:)?\/\/evil/);
      }
    }
  });
});
