import { chmodSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Checkout, type Owner, type Run, type RunOptions } from './checkout.ts';

/** Only root can play other people; as anybody else, one's own account is what is left to try. */
const isRoot = process.getuid?.() === 0;
const nobody: Owner = { uid: 65_534, gid: 65_534 };
const person: RunOptions = isRoot ? { as: nobody } : {};
const checkouts: Checkout[] = [];

afterEach(async () => {
  for (const checkout of checkouts.splice(0)) await checkout.remove();
});

async function clone(options: Parameters<typeof Checkout.clone>[0]): Promise<Checkout> {
  const checkout = await Checkout.clone(options);
  checkouts.push(checkout);
  return checkout;
}

async function startAndStop(checkout: Checkout, options: RunOptions): Promise<Run> {
  const run = await checkout.start(options);
  expect((await fetch(`${checkout.address}/readyz`)).status).toBe(200);
  run.child.kill('SIGTERM');
  await run.ended;
  await expect.poll(() => checkout.processes()).toEqual([]);
  return run;
}

describe('npm start', () => {
  it('works with umask 077 in a checkout under a 0700 folder', async () => {
    const checkout = await clone({ parentMode: 0o700, umask: 0o077 });
    const before = embeddedFolders();
    try {
      await startAndStop(checkout, { umask: 0o077 });
      expect(modeOf(checkout, 'var/seal.key')).toBe(0o600);
      await startAndStop(checkout, { umask: 0o077 });
    } finally {
      removeNew(before);
    }
  }, 240_000);

  it("works for an account without a home, for root in that account's checkout, and back, whoever was first", async () => {
    const checkout = await clone(isRoot ? { owner: nobody } : {});
    for (const first of [{}, person]) {
      rmSync(join(checkout.folder, 'var'), { recursive: true, force: true });
      const others = first === person ? {} : person;
      for (const options of [first, others, first]) await startAndStop(checkout, options);
      if (isRoot) expect(foreignFiles(checkout, nobody)).toEqual([]);
    }
  }, 240_000);

  it('says who owns a checkout that this account may read but not write', async () => {
    const checkout = await clone({});
    chmodSync(checkout.folder, 0o755);
    const run = checkout.npm(['start'], person);
    if (!isRoot) {
      await run.says(/Gatehouse is ready/);
      return;
    }
    expect(await run.ended).not.toBe(0);
    expect(run.output()).toMatch(/belongs to user 0, and this is user 65534.*chown/s);
  }, 240_000);
});

function modeOf(checkout: Checkout, file: string): number {
  return statSync(join(checkout.folder, file)).mode & 0o777;
}

/** What root left behind in somebody's checkout. Sockets and locks of a moment are gone by now. */
function foreignFiles(checkout: Checkout, owner: Owner): readonly string[] {
  return [
    '',
    'var',
    'var/seal.key',
    'var/postgres',
    'var/postgres/cluster',
    'var/postgres/cluster/password',
    'node_modules',
    'node_modules/.install-stamp',
  ]
    .filter((file) => existsSync(join(checkout.folder, file)))
    .filter((file) => statSync(join(checkout.folder, file)).uid !== owner.uid);
}

/** Root keeps the database of a checkout that its account cannot enter here. */
const apart = '/var/lib/gatehouse';

function embeddedFolders(): ReadonlySet<string> {
  return new Set(existsSync(apart) ? readdirSync(apart) : []);
}

function removeNew(before: ReadonlySet<string>): void {
  for (const name of embeddedFolders()) {
    if (!before.has(name) && !name.startsWith('postgresql-')) rmSync(join(apart, name), { recursive: true });
  }
}
