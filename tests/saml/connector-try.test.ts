/** `connector try` with a real identity provider, which posts its answer from its own site, through the running server. */
import { expect, test } from 'vitest';
import { makeSamlKeys } from '../support/hostile/saml-keys.ts';
import { client, openHouse } from '../support/house.ts';
import { HttpBrowser } from '../support/http-browser.ts';
import { schoolConnector, trustUs } from '../support/school.ts';
import { startSimpleSamlPhp } from '../support/simplesamlphp.ts';
import { carryOn, seeFindings, startTry } from '../support/try-process.ts';

const ours = makeSamlKeys('login.example.com');

test('an assertion is shown with each attribute by its name, and without what opens something', async () => {
  const idp = await startSimpleSamlPhp();
  const env = { SAML_KEY: ours.key };
  const decryption = { key: { fromEnv: 'SAML_KEY' }, certificate: ours.certificate };
  const school = schoolConnector(idp, ours, { decryption });
  const clients = [client('web', { public: true })];
  const house = await openHouse({ env, config: { connectors: [school], clients } });
  try {
    await trustUs(idp, house.issuer, ours);
    const running = await startTry(['school', '--config', house.gatehouse.configFile], {
      ...env,
      DATABASE_URL: house.db.url,
      SEAL_KEY: house.sealKey,
    });
    const browser = new HttpBrowser();
    const form = await browser.submit(await browser.go(running.link));
    const answer = await browser.submit(form, { username: 'jane', password: 'janes-password' });
    const landed = await browser.submit(answer);
    const page = await seeFindings(await carryOn(landed, browser), browser);
    expect(page.body).toContain('may sign in');
    const { status, stdout, stderr } = await running.ended;
    expect([status, stderr]).toEqual([0, expect.not.stringContaining('Error')]);
    for (const text of [page.body, stdout]) {
      expect(text).toMatch(/jane:? may sign in/);
      expect(text).toContain('on-call');
      expect(text).not.toContain('SAMLResponse');
      expect(text).not.toContain('SignatureValue');
    }
    expect(stdout).toMatch(/mail.* +jane@example\.com/);
  } finally {
    await house.close();
    await idp.stop();
  }
});
