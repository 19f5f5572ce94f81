/** One PostgreSQL cluster of ours on disk: made once, started, stopped. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError } from './error.ts';
import { processMark } from './folder-lock.ts';
import { makeFolder, makePrivateFolder, writeAnew } from './owned-files.ts';
import { runProgram } from './programs.ts';

export interface Cluster {
  readonly folder: string;
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

const roleName = 'gatehouse';

/** A Unix socket's path has 108 bytes (unix(7)), of which the file name `.s.PGSQL.5432` takes 14. */
const longestSocketFolder = 90;

export const clusterFolder = (cluster: Cluster) => join(cluster.folder, 'cluster');
const dataFolder = (cluster: Cluster) => join(clusterFolder(cluster), 'data');
const passwordFile = (cluster: Cluster) => join(clusterFolder(cluster), 'password');
const logFile = (cluster: Cluster) => join(cluster.folder, 'postgres.log');

/**
 * Makes the cluster in a side folder that gets its name when it is whole: a power cut leaves nothing half-made.
 * The superuser has no password and no line in pg_hba.conf: nobody can connect as it, also not through us.
 */
export async function createCluster(cluster: Cluster): Promise<void> {
  const side = join(cluster.folder, 'cluster.new');
  await rm(side, { recursive: true, force: true });
  await makeFolder(side, cluster.account);
  const data = join(side, 'data');
  await runProgram(cluster.binaries.initdb, initdbArguments(data), cluster);
  const password = randomBytes(24).toString('hex');
  await runProgram(cluster.binaries.postgres, ['--single', '-j', '-D', data, 'postgres'], {
    ...cluster,
    input: bootstrapStatements(password),
  });
  const { account } = cluster;
  await writeAnew(join(data, 'pg_hba.conf'), `local ${roleName} ${roleName} scram-sha-256\n`, { account });
  await writeAnew(join(side, 'password'), password, account?.isOwner ? { account } : {});
  await rename(side, clusterFolder(cluster));
}

/** @throws EmbeddedPostgresError when the cluster was made by another major version */
export async function startCluster(cluster: Cluster): Promise<void> {
  await checkVersion(cluster);
  await makePrivateFolder(socketFolder(cluster), cluster.account);
  const wasKilled = existsSync(join(dataFolder(cluster), 'postmaster.pid'));
  await launch(cluster, wasKilled ? 20 : 0).catch((cause: Error) => {
    throw new EmbeddedPostgresError(`the embedded PostgreSQL does not start; see ${logFile(cluster)}`, {
      cause,
    });
  });
}

/** A postmaster that was killed leaves its backends behind for some seconds, and they hold its shared memory. */
async function launch(cluster: Cluster, retries: number): Promise<void> {
  const settings = `-k '${socketFolder(cluster)}' -c listen_addresses='' -c unix_socket_permissions=0700`;
  const args = ['start', '-w', '-t', '60', '-D', dataFolder(cluster), '-l', logFile(cluster), '-o', settings];
  try {
    await runProgram(cluster.binaries.pgCtl, args, cluster);
  } catch (error) {
    if (retries === 0) throw error;
    await sleep(500);
    await launch(cluster, retries - 1);
  }
}

/** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
export async function stopCluster(cluster: Cluster): Promise<void> {
  if (!(await isRunning(cluster))) return;
  await runProgram(
    cluster.binaries.pgCtl,
    ['stop', '-w', '-t', '60', '-m', 'fast', '-D', dataFolder(cluster)],
    cluster,
  );
  if (!socketFolder(cluster).startsWith(cluster.folder)) await rm(socketFolder(cluster), { recursive: true });
}

export async function isRunning(cluster: Cluster): Promise<boolean> {
  const pidFile = await readFile(join(dataFolder(cluster), 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(pidFile.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 && processMark(pid) !== undefined && (await isPostgres(pid));
}

export async function connectionUrl(cluster: Cluster): Promise<string> {
  const password = await readFile(passwordFile(cluster), 'utf8').catch((cause) => {
    throw new EmbeddedPostgresError(
      `cannot read ${passwordFile(cluster)}: start Gatehouse as the user who started it first`,
      { cause },
    );
  });
  return `postgresql://${roleName}:${password}@localhost/${roleName}?host=${encodeURIComponent(socketFolder(cluster))}`;
}

function socketFolder(cluster: Cluster): string {
  const inside = join(cluster.folder, 'socket');
  if (Buffer.byteLength(inside) <= longestSocketFolder) return inside;
  const owner = cluster.account?.uid ?? process.getuid?.() ?? 0;
  return join(tmpdir(), `gatehouse-${owner}-${Buffer.from(hashOf(cluster.folder)).toString('hex')}`);
}

function hashOf(path: string): Uint8Array {
  return createHash('sha256').update(path).digest().subarray(0, 8);
}

function initdbArguments(data: string): readonly string[] {
  return [
    `--pgdata=${data}`,
    '--username=postgres',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--auth-local=reject',
    '--auth-host=reject',
  ];
}

/** On standard input, so that the password is in no process list. Single-user mode ends a statement by `;` and an empty line. */
function bootstrapStatements(password: string): string {
  return [
    `CREATE ROLE ${roleName} LOGIN PASSWORD '${password}';`,
    `CREATE DATABASE ${roleName} OWNER ${roleName};`,
    '',
  ].join('\n\n');
}

async function checkVersion(cluster: Cluster): Promise<void> {
  const made = (await readFile(join(dataFolder(cluster), 'PG_VERSION'), 'utf8')).trim();
  if (made === cluster.binaries.majorVersion) return;
  throw new EmbeddedPostgresError(
    `the database in ${cluster.folder} was made by PostgreSQL ${made}, and this Gatehouse brings ${cluster.binaries.majorVersion}; ` +
      'dump it with the old version and restore it into the new one, or move the folder away to start afresh',
  );
}

/** The pid file outlives a power cut, and its number may belong to anybody by now. */
async function isPostgres(pid: number): Promise<boolean> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.trim() === 'postgres';
}
