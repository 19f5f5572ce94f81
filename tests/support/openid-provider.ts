/** Starts the provider of openid-provider-process.ts, steers it, and plays the browser that visits it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HttpBrowser } from './http-browser.ts';
import type { ProviderOrders, ProviderSetup } from './openid-provider-process.ts';

export type { ProviderOrders, UpstreamPerson } from './openid-provider-process.ts';

/** Somebody at it, with a group that a cluster must never see. */
export const ada = {
  sub: 'u-1815',
  claims: {
    preferred_username: 'ada',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    email_verified: true,
    groups: ['engineers', 'admins', 'system:masters'],
  },
};

const program = join(import.meta.dirname, 'openid-provider-process.ts');

export class OpenIdProvider {
  readonly issuer: string;
  readonly #process: ChildProcess;

  constructor(issuer: string, child: ChildProcess) {
    this.issuer = issuer;
    this.#process = child;
  }

  async order(orders: ProviderOrders): Promise<void> {
    const response = await fetch(`${this.issuer}/control`, { method: 'POST', body: JSON.stringify(orders) });
    if (!response.ok) throw new Error(`the provider does not obey: ${response.status}`);
  }

  /** A browser without cookies goes there, and stops before it is sent to an address that begins with `back`. */
  async visit(url: URL, back: string): Promise<URL> {
    const page = await new HttpBrowser().go(url, back);
    if (page.location === undefined)
      throw new Error(`not sent back (${page.status}): ${page.body.slice(0, 2000)}`);
    return page.location;
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

export async function startOpenIdProvider(setup: ProviderSetup): Promise<OpenIdProvider> {
  const stdio: ('ignore' | 'pipe' | 'inherit' | 'ipc')[] = ['ignore', 'pipe', 'pipe', 'ipc'];
  const child = spawn(process.execPath, [program, JSON.stringify(setup)], { stdio });
  let complaints = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    complaints += chunk;
  });
  const lines = createInterface({ input: child.stdout ?? process.stdin });
  for await (const line of lines) {
    if (line.startsWith('http://')) return new OpenIdProvider(line, child);
  }
  throw new Error(`the provider ended before it was ready:\n${complaints}`);
}
