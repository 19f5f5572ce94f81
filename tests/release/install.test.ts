import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Checkout, type Run, type RunOptions } from './checkout.ts';

let checkout: Checkout;

function install(options: RunOptions = {}): Run {
  return checkout.run('node', ['tools/install.mjs'], options);
}

/** An install whose stamp is gone runs again; what it needs is in the store by then. */
function forget(): void {
  rmSync(join(checkout.folder, 'node_modules/.install-stamp'), { force: true });
}

describe('the installation', () => {
  beforeAll(async () => {
    checkout = await Checkout.clone();
    const first = install();
    expect(await first.ended, first.output()).toBe(0);
  }, 240_000);

  afterAll(async () => {
    await checkout.remove();
  });

  beforeEach(forget);

  it('is done once: the second time it says nothing and starts no other program', async () => {
    expect(await install().ended).toBe(0);
    const again = install({ env: { PATH: nodeAlone() } });
    expect(await again.ended).toBe(0);
    expect(again.output()).toBe('');
  });

  it('is done by one of two that start at once; the other waits', async () => {
    const both = [install(), install()];
    expect(await Promise.all(both.map((run) => run.ended))).toEqual([0, 0]);
    const outputs = both.map((run) => run.output()).join('');
    expect(outputs.match(/Installing what Gatehouse needs/g)).toHaveLength(1);
    expect(outputs).toContain('Another process is installing');
  });

  it('is done again after it was killed half-way', async () => {
    const killed = install();
    await killed.says(/Installing/);
    process.kill(-(killed.child.pid ?? 0), 'SIGKILL');
    await killed.ended;
    const again = install();
    expect(await again.ended, again.output()).toBe(0);
    expect(again.output()).toMatch(/Installed in \d+ s/);
  });

  it('says so when the registry cannot be reached, and what to look at', async () => {
    const home = await mkdtemp(join(tmpdir(), 'home-'));
    const offline = { HOME: home, npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
    const run = install({ env: offline });
    expect(await run.ended).toBe(3);
    expect(run.output()).toMatch(/registry cannot be reached\. Check the network/);
    await rm(home, { recursive: true });
    expect(await install().ended).toBe(0);
  });

  it('works through npm from any folder of the checkout, and keeps standard output for the answer', async () => {
    const run = checkout.run(
      'npm',
      ['run', '-s', '--prefix', checkout.folder, 'gatehouse', '--', 'version', '--json'],
      {
        cwd: join(checkout.folder, 'docs'),
      },
    );
    expect(await run.ended, run.output()).toBe(0);
    expect(JSON.parse(run.stdout())).toMatchObject({ gatehouse: expect.any(String) });
  });
});

/** Where `npx` is not to be found. */
function nodeAlone(): string {
  return join(checkout.folder, 'node_modules/.bin');
}
