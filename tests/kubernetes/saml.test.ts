/** A person in a real Chromium, a real SAML identity provider, and Kubernetes's own code at the end of the way. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeCertificates } from '../support/certificates.ts';
import { launchChromium } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { makeSamlKeys } from '../support/hostile/saml-keys.ts';
import { client, type House, openHouse } from '../support/house.ts';
import {
  type KubernetesAuthenticator,
  shippedConfiguration,
  startAuthenticator,
} from '../support/kubernetes-authenticator.ts';
import { schoolConnector, trustUs } from '../support/school.ts';
import { signInAtSchool } from '../support/school-in-chromium.ts';
import { type SimpleSamlPhp, startSimpleSamlPhp } from '../support/simplesamlphp.ts';
import { startWebSite, type WebSite } from '../support/web-site.ts';

const ours = makeSamlKeys('login.example.com');
let folder: string;
let chromium: Browser;
let idp: SimpleSamlPhp;
let house: House;
/** Where kubelogin listens on the person's computer. */
let kubelogin: WebSite;
let kubernetes: KubernetesAuthenticator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubernetes-saml-'));
  kubelogin = await startWebSite(() => '<!doctype html><title>kubelogin</title><h1>Authenticated</h1>');
  [chromium, idp] = await Promise.all([launchChromium(), startSimpleSamlPhp('localhost')]);
  const port = await freePort();
  const issuer = `https://127.0.0.1:${port}`;
  const { ca, cert, key } = await makeCertificates(['127.0.0.1']);
  const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  await writeFile(tls.cert, cert);
  await writeFile(tls.key, key, { mode: 0o600 });
  house = await openHouse({
    ...{ port, issuer, ca, env: { SAML_KEY: ours.key } },
    config: {
      listen: { tls },
      connectors: [
        {
          ...schoolConnector(idp, ours, { emailVerified: true }),
          rules: { groups: { prefix: 'school:' } },
        },
      ],
      clients: [
        client('kubernetes', {
          public: true,
          native: true,
          redirectUris: ['http://127.0.0.1:8000/callback'],
        }),
      ],
    },
  });
  await trustUs(idp, issuer, ours, { 'validate.authnrequest': true });
  kubernetes = await startAuthenticator(await shippedConfiguration({ issuer, ca }));
});
afterAll(async () => {
  await kubernetes?.stop();
  await chromium?.close();
  await Promise.all([house?.close(), kubelogin?.stop(), idp?.stop()]);
  await rm(folder, { recursive: true, force: true });
});

test('jane signs in at her school, and the cluster knows her and her groups', async () => {
  const context = await chromium.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const party = () => house.party('kubernetes', `${kubelogin.origin}/callback`);
  const tokens = await signInAtSchool(page, await party());
  expect(await kubernetes.ask(tokens.id_token ?? '')).toMatchObject({
    authenticated: true,
    user: 'jane@example.com',
    groups: ['school:engineers', 'school:on-call'],
  });
  // She signs out, here and there: whoever comes next to this computer has to type a password.
  await page.goto(`${house.issuer}/logout`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await page.goto((await (await party()).authorization()).url.href);
  await page.locator('input[name=password]').waitFor();
  expect(new URL(page.url()).origin).toBe(idp.url);
  await context.close();
});
