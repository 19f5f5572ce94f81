/** A sign-in taken step by step, so that an attack can come between two of them. */

import { type House, passwordOf } from './house.ts';
import { decodeHtml, HttpBrowser, type Page } from './http-browser.ts';

export type Arrived = Page & { readonly location?: URL };

/** `/auth` opened in this browser, and everything that follows by itself. */
export async function begin(
  house: House,
  clientId: string,
  browser = new HttpBrowser(),
  parameters: Readonly<Record<string, string>> = {},
): Promise<Arrived> {
  const rp = await house.party(clientId);
  const { url } = await rp.authorization(parameters);
  return await browser.go(url, rp.redirectUri);
}

export async function typePassword(
  browser: HttpBrowser,
  form: Page,
  name: string,
  password = passwordOf(name),
): Promise<Arrived> {
  return await browser.submit(form, { login: name, password }, 'https://app.example.com/');
}

/** Where the played upstream would send the browser for this person. */
export function answerFor(page: Page, person: string): URL {
  const href = new RegExp(`id="person-${person}" href="([^"]+)"`).exec(page.body)?.[1];
  if (href === undefined) throw new Error(`no link for ${person} on ${page.url}:\n${page.body}`);
  return new URL(decodeHtml(href));
}

/** The machine-readable reason that an error page shows. */
export function reasonOf(page: Page): string | undefined {
  return /<dt>Reason<\/dt><dd><code>([a-z_]+)<\/code>/.exec(page.body)?.[1];
}
