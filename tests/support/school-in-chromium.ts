/** Jane signs in at SimpleSAMLphp, as a person does: in a browser. */
import type { Page } from 'playwright-core';
import type { RelyingParty, Tokens } from './relying-party.ts';

/** From the address that the application opens to the tokens that it gets; the page is then at the application's. */
export async function signInAtSchool(page: Page, application: RelyingParty): Promise<Tokens> {
  const authorization = await application.authorization();
  await page.goto(authorization.url.href);
  await page.locator('input[name=username]').fill('jane');
  await page.locator('input[name=password]').fill('janes-password');
  // AuthnInstant has whole seconds: within the first one, it looks older than the request, and a page asks for a click.
  await page.waitForTimeout(1_100);
  await page.locator('input[name=password]').press('Enter');
  await page.waitForURL(`${application.redirectUri}?**`);
  const location = new URL(page.url());
  const end = { status: 303, url: location, body: '', headers: new Headers(), location };
  return await application.exchange(authorization, end);
}
