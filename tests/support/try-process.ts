/** `gatehouse connector try` in a process of its own, and the browser of whoever opens its link. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliAnswer } from './gatehouse.ts';
import { HttpBrowser, type Page } from './http-browser.ts';

const main = join(import.meta.dirname, '../../packages/cli/src/main.ts');

export interface RunningTry {
  /** What the terminal says to open. */
  readonly link: string;
  readonly code: string;
  readonly ended: Promise<CliAnswer>;
  kill(signal: NodeJS.Signals): void;
}

/** Returns once it shows its link. @throws with what it said when it ends before */
export async function startTry(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningTry> {
  const child = spawn(process.execPath, [main, 'connector', 'try', ...args], {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'test', ...env },
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  }
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...said }));
  const invitation = /^ {2}(http\S+\/try\/\S+)$[\s\S]*code: {2}(\S+)$[\s\S]*Ctrl-C ends it/m;
  while (!invitation.test(said.stderr)) {
    if (child.exitCode !== null) throw new Error(`the try ended: ${said.stdout}${said.stderr}`);
    await sleep(20);
  }
  const [, link = '', code = ''] = invitation.exec(said.stderr) ?? [];
  return { link, code, ended, kill: (signal) => child.kill(signal) };
}

/** Opens the link, clicks, signs in wherever that leads, and stays until the page shows what was found. */
export async function signInAt(link: string, browser = new HttpBrowser()): Promise<Page> {
  const begin = await browser.go(link);
  return await seeFindings(await carryOn(await browser.submit(begin), browser), browser);
}

/** The answer goes on to the try's own address in a form that a browser submits by itself. */
export async function carryOn(landed: Page, browser: HttpBrowser): Promise<Page> {
  return await browser.submit(landed);
}

export async function seeFindings(page: Page, browser: HttpBrowser): Promise<Page> {
  let current = page;
  while (current.headers.has('refresh')) {
    await sleep(100);
    current = await browser.go(current.url);
  }
  return current;
}
