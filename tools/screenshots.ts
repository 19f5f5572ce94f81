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

const upstream = { clientId: 'gatehouse', clientSecret: { fromEnv: 'UPSTREAM_SECRET' } };
const many = {
  connectors: [
    { id: 'corp', type: 'ldap', name: 'Example directory', domains: ['example.com'], config: directory() },
    { id: 'github', type: 'github', name: 'GitHub', config: upstream },
    oidc('google', 'Google'),
    oidc('microsoft', 'Microsoft', { tenant: '72f988bf-86f1-41af-91ab-2d7cd011db47' }),
    oidc('gitlab', 'GitLab'),
    oidc('okta', 'Okta', { issuer: 'https://example.okta.com' }),
    oidc('auth0', 'Auth0', { issuer: 'https://example.eu.auth0.com/' }),
    oidc('keycloak', 'Keycloak', { issuer: 'https://keycloak.example.com/realms/staff' }),
    { id: 'local', type: 'local' },
  ],
  clients: [client('kubernetes', { name: 'kubectl', public: true })],
};

await mkdir(folder, { recursive: true });
const [house, browser] = await Promise.all([openHouse({ config }), launchChromium()]);
try {
  await signInPicture('light', 'sign-in.png');
  await signInPicture('dark', 'sign-in-dark.png');
  await demoPicture('demo.png');
  await choicePicture('choice.png');
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

/** Nobody is asked: none of these upstreams has to be there. */
async function choicePicture(file: string): Promise<void> {
  const crowded = await openHouse({ config: many, env: { UPSTREAM_SECRET: 'of-nobody-0123456789' } });
  try {
    const page = await open(browser, { colorScheme: 'light', height: 720 });
    const lastUsed = { name: 'gatehouse_last_used', value: 'github', url: crowded.issuer };
    await page.context().addCookies([lastUsed]);
    const rp = await crowded.party('kubernetes', 'https://app.example.com/callback');
    await page.goto((await rp.authorization()).url.href);
    await save(page, file);
  } finally {
    await crowded.close();
  }
}

function oidc(preset: string, name: string, more: Readonly<Record<string, string>> = {}) {
  return { id: preset, type: 'oidc', name, config: { preset, ...upstream, ...more } };
}

function directory() {
  return {
    host: 'ldap.example.com',
    preset: 'openldap',
    bindDn: 'cn=gatehouse,dc=example,dc=com',
    bindPassword: { fromEnv: 'UPSTREAM_SECRET' },
    userSearch: { baseDn: 'ou=people,dc=example,dc=com' },
  };
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
