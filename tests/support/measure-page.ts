/** What a person with a small screen, or with weak eyes, would notice about a page. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

export interface Measures {
  /** Pixels; more than the window has is a page that scrolls sideways. */
  readonly width: number;
  /** The text with the least contrast to its ground (WCAG 2.2, 1.4.3). */
  readonly weakest: { readonly text: string; readonly ratio: number };
  readonly isDark: boolean;
  /** Names of fields without a label. */
  readonly unnamed: readonly string[];
}

const script = join(import.meta.dirname, 'measure-page.browser.js');

export async function measurePage(page: Page): Promise<Measures> {
  return (await page.evaluate(await readFile(script, 'utf8'))) as Measures;
}
