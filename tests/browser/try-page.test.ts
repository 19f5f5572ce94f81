/** What an upstream calls things is as long as it likes: SAML has addresses for names. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stylesheet } from '../../packages/server/src/pages/stylesheet.ts';
import { tryFindingsPage } from '../../packages/server/src/pages/try.ts';
import { launchChromium } from '../support/chromium.ts';
import { measurePage } from '../support/measure-page.ts';
import { startWebSite, type WebSite } from '../support/web-site.ts';

const style = Buffer.from(stylesheet).toString('base64');
const site = { name: 'Test', base: '', stylesheet: `data:text/css;base64,${style}`, icon: 'data:,' };
const lines = [
  {
    name: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    values: ['engineers', `a-group-${'that-goes-on-'.repeat(12)}`],
  },
  { name: 'x'.repeat(80), values: ['y'.repeat(200)], remark: `see-${'z'.repeat(90)}` },
];

let chromium: Browser;
let pages: WebSite;

beforeAll(async () => {
  chromium = await launchChromium();
  const findings = {
    ok: true,
    title: 'jane may sign in',
    lead: 'School',
    sections: [{ title: 'Identity', lines }],
  };
  pages = await startWebSite(() => tryFindingsPage(site, findings).toString());
});
afterAll(async () => {
  await chromium?.close();
  await pages?.stop();
});

test.each([320, 700, 1200])(
  'at %i pixels everything that was found fits, however long it is',
  async (width) => {
    const context = await chromium.newContext({ viewport: { width, height: 800 } });
    const page = await context.newPage();
    await page.goto(pages.origin);
    const card = await page.locator('main').boundingBox();
    const right = (card?.x ?? 0) + (card?.width ?? 0);
    for (const part of await page.locator('dt, dd, li').all()) {
      const box = await part.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(right);
    }
    expect((await measurePage(page)).width).toBeLessThanOrEqual(width);
    await context.close();
  },
);
