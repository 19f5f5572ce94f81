/** A real identity provider, from the browser's first step to the token of a cluster. */
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSamlKeys } from '../support/hostile/saml-keys.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { type HttpBrowser, type Page, textOf } from '../support/http-browser.ts';
import { type SimpleSamlPhp, startSimpleSamlPhp } from '../support/simplesamlphp.ts';

const ours = makeSamlKeys('login.example.com');

const application = 'https://app.example.com/login';

describe('SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp;
  let house: House;

  beforeAll(async () => {
    idp = await startSimpleSamlPhp();
    house = await openHouse({
      env: { SAML_KEY: ours.key },
      config: {
        connectors: [
          {
            id: 'school',
            type: 'saml',
            name: 'School',
            config: {
              metadata: { url: idp.metadataUrl },
              attributes: { username: 'uid', email: 'mail', displayName: 'displayName', groups: 'groups' },
              signing: { key: { fromEnv: 'SAML_KEY' }, certificate: ours.certificate },
              decryption: { key: { fromEnv: 'SAML_KEY' }, certificate: ours.certificate },
              unsolicited: { initiateLoginUri: application },
            },
          },
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

  async function trust(more: Readonly<Record<string, string | boolean>> = {}): Promise<void> {
    const base = `${house.issuer}/connectors/school`;
    await idp.trust({
      entityId: `${base}/metadata`,
      acs: `${house.issuer}/callback/school`,
      logoutUrl: `${base}/logout`,
      more: { certData: ours.certificate.replace(/-----[A-Z ]+-----|\s/g, ''), ...more },
    });
  }

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

  // Attack: an answer about the attacker, which nobody asked for, is posted by the victim's browser.
  test('signs nobody in who begins at its portal: the application begins anew', async () => {
    const rp = await house.party('web');
    const us = `${house.issuer}/connectors/school/metadata`;
    const portal = `${idp.url}/saml2/idp/SSOService.php?spentityid=${encodeURIComponent(us)}`;
    const form = await rp.browser.go(portal, application);
    const answer = await rp.browser.submit(form, { username: 'jane', password: 'janes-password' });
    expect(answer.body).toContain('SAMLResponse');
    const { location } = await deliver(rp.browser, answer, application);
    expect(location?.searchParams.get('iss')).toBe(house.issuer);
    expect([...(location?.searchParams.keys() ?? [])]).toEqual(['iss']);
    const { url } = await rp.authorization({ prompt: 'none' });
    const silent = await rp.browser.go(url, rp.redirectUri);
    expect(silent.location?.searchParams.get('error')).toBe('login_required');
  });

  test('finds its own address and ours in the check', async () => {
    const { stdout, status } = await house.gatehouse.cliBeside(['connector', 'check', 'school']);
    expect(stdout).toContain(idp.entityId);
    expect(status).toBe(0);
  });
});
