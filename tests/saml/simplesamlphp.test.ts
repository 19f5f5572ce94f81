/** A real identity provider, from the browser's first step to the token of a cluster. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSamlKeys } from '../support/hostile/saml-keys.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { type HttpBrowser, type Page, textOf } from '../support/http-browser.ts';
import { schoolConnector, trustUs } from '../support/school.ts';
import { type SimpleSamlPhp, startSimpleSamlPhp } from '../support/simplesamlphp.ts';

const ours = makeSamlKeys('login.example.com');
const initiateLoginUri = 'https://app.example.com/auth/login?cluster=1';

describe('SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp;
  let house: House;

  beforeAll(async () => {
    idp = await startSimpleSamlPhp();
    house = await openHouse({
      env: { SAML_KEY: ours.key },
      config: {
        connectors: [
          schoolConnector(idp, ours, {
            unsolicited: { initiateLoginUri },
            decryption: { key: { fromEnv: 'SAML_KEY' }, certificate: ours.certificate },
          }),
        ],
        clients: [client('web', { public: true })],
      },
    });
    await trust();
  });
  afterAll(async () => {
    await house?.close();
    await idp?.stop();
  });

  const trust = (more?: Readonly<Record<string, string | boolean>>) => trustUs(idp, house.issuer, ours, more);

  async function signIn(name: string, password: string, parameters: Readonly<Record<string, string>> = {}) {
    const rp = await house.party('web');
    const authorization = await rp.authorization(parameters);
    const form = await rp.browser.go(authorization.url, rp.redirectUri);
    const answer = await rp.browser.submit(form, { username: name, password });
    const end = await deliver(rp.browser, answer, rp.redirectUri);
    return { rp, authorization, end };
  }

  /** What a script does in a browser: the form with the answer sends itself. */
  async function deliver(
    browser: HttpBrowser,
    page: Page,
    until: string,
  ): Promise<Page & { location?: URL }> {
    if (!page.body.includes('SAMLResponse')) return page;
    return await browser.submit(page, {}, until);
  }

  test('signs a person in, with groups, into an ID token', async () => {
    const { rp, authorization, end } = await signIn('jane', 'janes-password');
    const tokens = await rp.exchange(authorization, end);
    const claims = decodeJwt(tokens.id_token ?? '');
    expect(claims.groups).toEqual(['engineers', 'on-call']);
    expect(claims.email).toBe('jane@example.com');
    expect(claims.preferred_username).toBe('jane');
  });

  test('signs in where it checks our requests, and signs response and assertion', async () => {
    await trust({ 'validate.authnrequest': true, 'saml20.sign.response': true });
    const { rp, authorization, end } = await signIn('jane', 'janes-password');
    const tokens = await rp.exchange(authorization, end);
    expect(decodeJwt(tokens.id_token ?? '').groups).toEqual(['engineers', 'on-call']);
    await trust();
  });

  // Version 1 has nothing else; the assertion could be read by whoever may send us answers.
  test('is not believed where it encrypts with AES-CBC, and the log says what to change', async () => {
    await trust({ 'assertion.encryption': true });
    const { end } = await signIn('jane', 'janes-password');
    expect(end.location).toBeUndefined();
    expect(house.gatehouse.output()).toContain('let the identity provider use AES-GCM');
    await trust();
  });

  test('gives one person one id, and another person another', async () => {
    const subjects: unknown[] = [];
    for (const [name, password] of [
      ['jane', 'janes-password'],
      ['jane', 'janes-password'],
      ['john', 'johns-password'],
    ] as const) {
      const { rp, authorization, end } = await signIn(name, password);
      subjects.push(decodeJwt((await rp.exchange(authorization, end)).id_token ?? '').sub);
    }
    expect(subjects[0]).toBe(subjects[1]);
    expect(subjects[0]).not.toBe(subjects[2]);
  });

  test('asks for the password again where the client wants a fresh sign-in', async () => {
    const { rp, end } = await signIn('jane', 'janes-password');
    expect(end.location?.searchParams.get('code')).toBeTruthy();
    const again = await rp.authorization({ prompt: 'login' });
    const form = await rp.browser.go(again.url, rp.redirectUri);
    expect(form.body).toContain('name="password"');
  });

  test('ends the session here when somebody signs out there', async () => {
    const { rp, authorization, end } = await signIn('jane', 'janes-password');
    await rp.exchange(authorization, end);
    const silent = async () => {
      const { url } = await rp.authorization({ prompt: 'none' });
      return (await rp.browser.go(url, rp.redirectUri)).location?.searchParams;
    };
    expect((await silent())?.get('code')).toBeTruthy();
    const back = `${idp.url}/index.php`;
    const start = `${idp.url}/saml2/idp/SingleLogoutService.php?ReturnTo=${encodeURIComponent(back)}`;
    const done = await rp.browser.go(start, back);
    expect(done.location?.href).toBe(back);
    expect((await silent())?.get('error')).toBe('login_required');
  });

  test('is where the person is signed out, too, when they sign out here', async () => {
    const { rp, authorization, end } = await signIn('jane', 'janes-password');
    await rp.exchange(authorization, end);
    const { browser } = rp;
    const elsewhere = await signIn('jane', 'janes-password');
    const question = await browser.go(`${house.issuer}/logout`);
    expect(textOf(question)).toContain('If School allows it, you are signed out there as well.');
    const done = await browser.submit(question, { logout: 'yes' });
    expect(textOf(done)).toContain('You are signed out');
    expect(done.url.pathname).toBe('/logout/success');
    // It asks for the password again, and only in this browser.
    const again = await browser.go((await rp.authorization()).url, rp.redirectUri);
    expect(again.body).toContain('name="password"');
    const other = await elsewhere.rp.authorization({ prompt: 'none' });
    const silent = await elsewhere.rp.browser.go(other.url, rp.redirectUri);
    expect(silent.location?.searchParams.get('code')).toBeTruthy();
  });

  // Login CSRF: the attacker's answer is posted by the victim's browser.
  test('cannot sign in the browser of somebody else', async () => {
    const rp = await house.party('web');
    const form = await rp.browser.go((await rp.authorization()).url, rp.redirectUri);
    const answer = await rp.browser.submit(form, { username: 'jane', password: 'janes-password' });
    const victim = await house.party('web');
    await victim.browser.go((await victim.authorization()).url, victim.redirectUri);
    const end = await deliver(victim.browser, answer, victim.redirectUri);
    expect(end.location).toBeUndefined();
    expect(textOf(end)).toMatch(/another browser/i);
  });

  // Login CSRF: what begins at the provider's portal could be anybody's, so it begins anew here.
  test('sends a person from its portal to a sign-in of their own, and nothing of its answer is used', async () => {
    const rp = await house.party('web');
    const entityId = encodeURIComponent(`${house.issuer}/connectors/school/metadata`);
    const portal = `${idp.url}/saml2/idp/SSOService.php?spentityid=${entityId}`;
    const form = await rp.browser.go(portal);
    const answer = await rp.browser.submit(form, { username: 'jane', password: 'janes-password' });
    const landed = await deliver(rp.browser, answer, initiateLoginUri);
    const { searchParams } = landed.location ?? new URL('about:blank');
    expect(Object.fromEntries(searchParams)).toEqual({ cluster: '1', iss: house.issuer });
    const silent = await rp.authorization({ prompt: 'none' });
    const end = await rp.browser.go(silent.url, rp.redirectUri);
    expect(end.location?.searchParams.get('error')).toBe('login_required');
    // The application begins, and the provider lets her in without a password.
    const begun = await rp.authorization();
    const arrived = await deliver(rp.browser, await rp.browser.go(begun.url), rp.redirectUri);
    const tokens = await rp.exchange(begun, arrived);
    expect(decodeJwt(tokens.id_token ?? '').preferred_username).toBe('jane');
  });

  test('finds its own address and ours in the check', async () => {
    const { stdout, status } = await house.gatehouse.cliBeside(['connector', 'check', 'school']);
    expect(stdout).toContain(idp.entityId);
    expect(status).toBe(0);
  });
});
