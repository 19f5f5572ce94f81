/** A real identity provider on another site, in a real Chromium: its answer is a form that sends itself across sites. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { makeSamlKeys } from '../support/hostile/saml-keys.ts';
import { client, type House, openHouse } from '../support/house.ts';
import { schoolConnector, trustUs } from '../support/school.ts';
import { signInAtSchool } from '../support/school-in-chromium.ts';
import { type SimpleSamlPhp, startSimpleSamlPhp } from '../support/simplesamlphp.ts';
import { startWebSite, type WebSite } from '../support/web-site.ts';

const ours = makeSamlKeys('login.example.com');
let chromium: Browser;
let idp: SimpleSamlPhp;
let house: House;
let app: WebSite;

beforeAll(async () => {
  app = await startWebSite(() => '<!doctype html><title>App</title><h1>The application</h1>');
  [chromium, idp] = await Promise.all([launchChromium(), startSimpleSamlPhp('localhost')]);
  const byPost = {
    entityId: idp.entityId,
    ssoUrl: `${idp.url}/saml2/idp/SSOService.php`,
    ssoBinding: 'post',
    certificates: idp.keys.certificate,
  };
  house = await openHouse({
    env: { SAML_KEY: ours.key },
    config: {
      connectors: [schoolConnector(idp, ours, { metadata: undefined, idp: byPost })],
      clients: [client('web', { public: true, redirectUris: [`${app.origin}/callback`] })],
    },
  });
  await trustUs(idp, house.issuer, ours, { 'validate.authnrequest': true });
});
afterAll(async () => {
  await chromium?.close();
  await Promise.all([house?.close(), app?.stop(), idp?.stop()]);
});

describe('a person with a browser', () => {
  test('signs in at a provider on another site, by a form there and a form back', async () => {
    const context = await chromium.newContext();
    const page = await context.newPage();
    const rp = await house.party('web', `${app.origin}/callback`);
    const tokens = await signInAtSchool(page, rp);
    expect(tokens.claims()?.groups).toEqual(['engineers', 'on-call']);
    await context.close();
  });
});
