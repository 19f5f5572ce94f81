/**
 * The embedded database: a real PostgreSQL from the npm package's binaries, reachable over a Unix socket alone.
 *
 * Several processes of ours may use it at once (the server, and `gatehouse user add` beside it): each leaves a mark,
 * and the last to go stops it. A mark whose process was killed does not count, and a database that was left running
 * by one is simply used.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Account, accountFor, canUse, nearestExisting } from './account.ts';
import { findBinaries, sharedFolder } from './binaries.ts';
import {
  type Cluster,
  clusterFolder,
  connectionUrl,
  createCluster,
  isRunning,
  startCluster,
  stopCluster,
} from './cluster.ts';
import { isAlive, processMark, withFolderLock } from './folder-lock.ts';
import { makeFolder, makePrivateFolder, writeAnew } from './owned-files.ts';

export interface EmbeddedPostgresOptions {
  readonly folder: string;
  /** One line for the person who waits. */
  readonly progress: (line: string) => void;
}

export interface EmbeddedPostgres {
  readonly url: string;
  /** Where the cluster is, which is not always where it was wanted. */
  readonly folder: string;
  /** Starts the database again if it is not running (somebody killed it); true if it had to. */
  revive(): Promise<boolean>;
  /** Gives up our use of it; the last user's `stop` ends the database. */
  stop(): Promise<void>;
}

/** @throws EmbeddedPostgresError with what to do */
export async function startEmbeddedPostgres({
  folder,
  progress,
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = await locate(resolve(folder));
  const lock = join(cluster.folder, 'lock');
  const start = async () => {
    if (await isRunning(cluster)) return false;
    await startCluster(cluster);
    return true;
  };
  await withFolderLock(lock, async () => {
    await createIfMissing(cluster, progress);
    await start();
    await markUse(cluster);
  });
  return {
    url: await connectionUrl(cluster),
    folder: cluster.folder,
    // Asked every few seconds: the lock, which is files on disk, is taken only when there is something to do.
    revive: async () => !(await isRunning(cluster)) && (await withFolderLock(lock, start)),
    stop: () => withFolderLock(lock, () => leave(cluster)),
  };
}

async function locate(wanted: string): Promise<Cluster> {
  const { folder, account } = place(wanted);
  await makeFolder(folder, account);
  return { folder, account, binaries: await findBinaries(account) };
}

/**
 * Where the account cannot enter the wanted folder (a checkout under /root, umask 077), a place of its own.
 * A cluster that exists in either place is the one, whatever the permissions say by now.
 */
function place(wanted: string): { folder: string; account: Account | undefined } {
  const account = accountFor(wanted);
  if (!account || existsSync(join(wanted, 'cluster'))) return { folder: wanted, account };
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  const apart = join(sharedFolder, name);
  const enterable = canUse(nearestExisting(wanted), account);
  if (enterable && !existsSync(join(apart, 'cluster'))) return { folder: wanted, account };
  // Nobody is given the folder that all accounts share: the programs that others run are in it.
  return { folder: apart, account: { ...account, isOwner: false } };
}

async function createIfMissing(cluster: Cluster, progress: (line: string) => void): Promise<void> {
  if (existsSync(clusterFolder(cluster))) return;
  const { account, folder } = cluster;
  if (account) {
    progress(`PostgreSQL does not run as root: it runs as "${account.name}", with its files in ${folder}`);
  }
  progress('Making the embedded PostgreSQL database (once)');
  await createCluster(cluster);
}

const usersFolder = (cluster: Cluster) => join(cluster.folder, 'users');

async function markUse(cluster: Cluster): Promise<void> {
  await makePrivateFolder(usersFolder(cluster), cluster.account);
  const mark = join(usersFolder(cluster), String(process.pid));
  await writeAnew(mark, `${processMark(process.pid)}`, { mode: 0o644 });
}

async function leave(cluster: Cluster): Promise<void> {
  await rm(join(usersFolder(cluster), String(process.pid)), { force: true });
  for (const name of await readdir(usersFolder(cluster)).catch(() => [])) {
    const mark = await readFile(join(usersFolder(cluster), name), 'utf8').catch(() => '');
    if (isAlive(mark)) return;
    await rm(join(usersFolder(cluster), name), { force: true });
  }
  await stopCluster(cluster);
}
