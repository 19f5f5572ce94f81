/** A real Chromium from the machine's packages, one per test file, a fresh profile per browser context. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: installed(), args: quiet });
}

/**
 * As a person has it, with a profile in a folder: the contexts of `launchChromium` are private windows, in which
 * Chromium shows nobody the tickets of the computer. `env` is added to that of the test.
 */
export async function launchProfile(
  folder: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(folder, {
    executablePath: installed(),
    args: [...quiet, ...args],
    env: { ...process.env, ...env },
  });
}

function installed(): string {
  if (!executablePath) throw new Error('Chromium is missing; install the package chromium');
  return executablePath;
}
