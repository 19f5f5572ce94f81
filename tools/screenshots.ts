/**
 * Takes the pictures of the README and the docs: `node_modules/.bin/node tools/screenshots.ts`.
 *
 * It starts a Gatehouse of its own with played people, and needs PostgreSQL 15 and Chromium from the system. The
 * sign-in pictures are the same each time; in the one of the demo the ids and times change.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../tests/support/chromium.ts';
import { client, type House, mock, openHouse, passwordOf } from '../tests/support/house.ts';

const folder = join(import.meta.dirname, '../docs/images');
/** The README shows them 640 wide; twice that for sharp screens. */
const width = 640;
const scale = 2;

const config = {
  demo: true,
  connectors: [
    mock('corp', 'Example directory', { kind: 'password' }),
    mock('sso', 'Example single sign-on', { kind: 'redirect' }),
  ],
  clients: [client('kubernetes', { name: 'kubectl', public: true })],
};

await mkdir(folder, { recursive: true });
const [house, browser] = await Promise.all([openHouse({ config }), launchChromium()]);
try {
  await signInPicture('light', 'sign-in.png');
  await signInPicture('dark', 'sign-in-dark.png');
  await demoPicture('demo.png');
} finally {
  await browser.close();
  await house.close();
}

async function signInPicture(colorScheme: 'light' | 'dark', file: string): Promise<void> {
  const page = await open(browser, { colorScheme, height: 660 });
  const rp = await house.party('kubernetes', 'https://app.example.com/callback');
  await page.goto((await rp.authorization()).url.href);
  await page.click('text=Example directory');
  await page.fill('#login', 'alice');
  await page.fill('#password', passwordOf('alice'));
  // No cursor that blinks.
  await page.locator('#password').blur();
  await save(page, file);
}

async function demoPicture(file: string): Promise<void> {
  const page = await open(browser, { colorScheme: 'light', height: 860 });
  await signInToDemo(page, house);
  await save(page, file);
}

async function signInToDemo(page: Page, { issuer }: House): Promise<void> {
  await page.goto(`${issuer}/demo/sign-in`);
  await page.click('text=Example directory');
  await page.fill('#login', 'alice');
  await page.fill('#password', passwordOf('alice'));
  await page.click('#submit-login');
  await page.waitForSelector('text=You are signed in');
}

async function open(from: Browser, look: { colorScheme: 'light' | 'dark'; height: number }): Promise<Page> {
  const { colorScheme, height } = look;
  const viewport = { width, height };
  const context = await from.newContext({ colorScheme, viewport, deviceScaleFactor: scale });
  return await context.newPage();
}

async function save(page: Page, file: string): Promise<void> {
  await page.screenshot({ path: join(folder, file), animations: 'disabled' });
  console.log(join('docs/images', file));
}
