/** People who have to choose among many ways to sign in, in a real Chromium. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { client, type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { measurePage } from '../support/measure-page.ts';
import { startWebSite, type WebSite } from '../support/web-site.ts';

let chromium: Browser;
let house: House;
/** The application that people come from and go back to. */
let app: WebSite;
let folder: string;
let complaints: string[] = [];

/** Its colour is in a style sheet of its own; its script says so if it ever runs. */
const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" onload="console.error('ran')"><style>.a{fill:#d2232a}</style><rect class="a" width="8" height="8"/><script>console.error('ran')</script></svg>`;
const partners = 36;

beforeAll(async () => {
  app = await startWebSite(() => '<!doctype html><title>App</title><h1>The application</h1>');
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-choice-'));
  await writeFile(join(folder, 'acme.svg'), picture);
  const upstream = { clientId: 'x', clientSecret: { fromEnv: 'UPSTREAM_SECRET' } };
  const config = {
    connectors: [
      { ...mock('corp', 'Example directory', { kind: 'password' }), domains: ['example.com'] },
      { ...mock('acme', 'Acme GmbH', { kind: 'redirect' }), mark: join(folder, 'acme.svg') },
      { id: 'github', type: 'github', name: 'GitHub', config: upstream },
      { id: 'google', type: 'oidc', name: 'Google', config: { preset: 'google', ...upstream } },
      ...Array.from({ length: partners }, (_, index) =>
        mock(`p${index}`, `Partner company ${index}`, { kind: 'redirect' }),
      ),
    ],
    clients: [
      client('portal', { name: 'Portal', public: true, redirectUris: [`${app.origin}/callback`] }),
      client('few', {
        public: true,
        connectors: ['google', 'acme', 'github'],
        redirectUris: [`${app.origin}/callback`],
      }),
    ],
  };
  const env = { UPSTREAM_SECRET: 'a-secret-of-the-tests-0123456789' };
  [chromium, house] = await Promise.all([launchChromium(), openHouse({ config, env })]);
});

afterAll(async () => {
  await chromium.close();
  await Promise.all([house.close(), app.stop(), rm(folder, { recursive: true, force: true })]);
});

afterEach(async () => {
  await Promise.all(chromium.contexts().map((context) => context.close()));
  const seen = complaints;
  complaints = [];
  expect(seen).toEqual([]);
});

async function person(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await chromium.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return page;
}

async function arrive(page: Page, clientId = 'portal'): Promise<void> {
  const rp = await house.party(clientId, `${app.origin}/callback`);
  await page.goto((await rp.authorization({ prompt: 'login' })).url.href);
}

async function signIn(page: Page): Promise<void> {
  await page.fill('#login', 'alice');
  await page.fill('#password', passwordOf('alice'));
  await page.click('#submit-login');
  await page.waitForURL(`${app.origin}/**`);
}

const namesOn = (page: Page) => page.locator('.way-name').allTextContents();
const focused = (page: Page) => page.evaluate('document.activeElement.textContent.trim()');

describe('a page with forty ways to sign in', () => {
  test('leads by an e-mail address to the right one, without scripts', async () => {
    const page = await person({ javaScriptEnabled: false });
    await arrive(page);
    await page.getByLabel('Your e-mail address').fill('alice@example.com');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#login')).toBe('alice@example.com');
    await signIn(page);
  });

  test('is searched by name, without scripts, and shows all again', async () => {
    const page = await person({ javaScriptEnabled: false });
    await arrive(page);
    await page.fill('#sought', 'company 35');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#outcome');
    expect(await namesOn(page)).toEqual(['Partner company 35']);
    await page.click('text=Show all ways to sign in');
    await page.waitForSelector('#outcome', { state: 'detached' });
    expect(await namesOn(page)).toHaveLength(partners + 4);
  });

  test('works with the keyboard alone, from the field to the one that was found', async () => {
    const page = await person();
    await arrive(page);
    await page.keyboard.press('Tab');
    await page.keyboard.type('acme');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#outcome');
    // A screen reader begins here, and reads what came of it.
    expect(await page.locator(':focus').getAttribute('aria-describedby')).toBe('outcome');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Continue');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Acme GmbH');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#person-alice');
  });

  test('has each way under its name alone, in lists that have names too', async () => {
    const page = await person();
    await arrive(page);
    const ways = page.getByRole('list', { name: 'Ways to sign in' });
    expect(await ways.getByRole('link', { name: 'GitHub', exact: true }).count()).toBe(1);
    expect(await ways.getByRole('link', { name: 'Acme GmbH', exact: true }).count()).toBe(1);
    expect(await page.getByRole('search').count()).toBe(1);
  });

  // Attack: the picture of a connector has a script. Were it to run, the console would say so, and the test fails.
  test('shows the operator’s own picture in its colours, and nothing in it runs', async () => {
    const page = await person();
    await arrive(page);
    expect(await page.evaluate("document.querySelector('.way-picture img').naturalWidth")).toBeGreaterThan(0);
    const address = (await page.getAttribute('.way-picture img', 'src')) ?? '';
    const alone = await person();
    complaints = [];
    const answer = await alone.goto(new URL(address, house.issuer).href);
    expect(answer?.headers()['content-security-policy']).toContain('sandbox');
    expect(await alone.evaluate("getComputedStyle(document.querySelector('.a')).fill")).toBe(
      'rgb(210, 35, 42)',
    );
    // The browser itself says that it blocked them.
    expect(complaints.splice(0).filter((text) => text === 'ran')).toEqual([]);
  });
});

describe('the way that was used last', () => {
  test('comes first the next time, before the field, and is forgotten by signing out', async () => {
    const page = await person();
    await arrive(page);
    await page.click('text=Example directory');
    await signIn(page);
    await arrive(page);
    const before = page.getByRole('list', { name: 'The way you used last' });
    expect(await before.getByRole('link').allTextContents()).toEqual(['EExample directory Last used']);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toContain('Example directory');
    const [cookie] = (await page.context().cookies()).filter(({ name }) => name.includes('last_used'));
    expect(cookie).toMatchObject({ value: 'corp', httpOnly: true, sameSite: 'Lax' });
    await page.goto(`${house.issuer}/logout`);
    await page.click('button:has-text("Sign out")');
    await arrive(page);
    expect(await page.locator('text=Last used').count()).toBe(0);
  });
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test.each([320, 760, 1200])('at %i pixels every way to choose fits', async (width) => {
    const page = await person({ colorScheme, viewport: { width, height: 640 } });
    for (const clientId of ['few', 'portal']) {
      await arrive(page, clientId);
      await fits(page, width);
    }
    await page.fill('#sought', `nobody@${'a-long-domain-without-an-end.'.repeat(6)}example`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#outcome');
    await fits(page, width);
  });

  async function fits(page: Page, width: number): Promise<void> {
    const found = await measurePage(page);
    expect(found.width).toBeLessThanOrEqual(width);
    expect(found.weakest.ratio, JSON.stringify(found.weakest)).toBeGreaterThanOrEqual(4.5);
    expect(found.isDark).toBe(colorScheme === 'dark');
    expect(found.unnamed).toEqual([]);
  }
});
