/**
 * Folders and files that belong to a certain account, made so that nobody else on the machine can slip something else
 * under their names: we may be root here.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lchown, lstat, mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.ts';
import { EmbeddedPostgresError } from './error.ts';

/**
 * Private to the account; folders above it that are missing are made so that the account can pass through them.
 * It appears with its owner already set: a process that looks at the same moment must not see a folder of root's.
 */
export async function makeFolder(path: string, account: Account | undefined): Promise<void> {
  if (existsSync(path)) return await takeOver(path, account);
  await makePassage(dirname(path), account);
  const side = `${path}.${randomUUID()}`;
  await mkdir(side, { mode: 0o700 });
  if (account) await lchown(side, account.uid, account.gid);
  await rename(side, path).catch(async (error: NodeJS.ErrnoException) => {
    await rm(side, { recursive: true });
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
}

/**
 * An operator may have made the folder already, as root, or put a link of root's there. What a link of anybody else
 * points to is never given away: the attack is a link to /etc, laid for the next start by root.
 */
async function takeOver(path: string, account: Account | undefined): Promise<void> {
  if (!account || (await lstat(path)).uid !== 0) return;
  await lchown(await realpath(path), account.uid, account.gid);
}

/**
 * A folder that must be ours alone.
 *
 * Attack: somebody else on this machine makes it first, or lays a link in its place. In a folder of theirs the socket
 * can be replaced by one behind which they listen, and serve us a database with accounts of their own in it.
 *
 * @throws EmbeddedPostgresError that names the folder
 */
export async function makePrivateFolder(path: string, account: Account | undefined): Promise<void> {
  await makeFolder(path, account);
  const found = await lstat(path);
  const owner = account?.uid ?? process.getuid?.();
  if (found.isDirectory() && found.uid === owner && (found.mode & 0o022) === 0) return;
  throw new EmbeddedPostgresError(
    `${path} is not a folder of ${account ? `"${account.name}"` : 'the user who starts Gatehouse'} alone: ` +
      'somebody else may have made it. See whose it is, and remove it',
  );
}

/** In the place of whatever has the name: a link that lies there is replaced, and not followed. */
export async function writeAnew(
  path: string,
  text: string,
  { mode = 0o600, account }: { readonly mode?: number; readonly account?: Account | undefined },
): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    // Not in `open`, where umask would cut it.
    await file.chmod(mode);
    if (account) await file.chown(account.uid, account.gid);
  } finally {
    await file.close();
  }
}

async function makePassage(path: string, account: Account | undefined): Promise<void> {
  if (existsSync(path)) return;
  await makePassage(dirname(path), account);
  await mkdir(path, { recursive: true });
  // `mode` in mkdir would be cut by umask 077.
  await chmod(path, 0o711);
  await handOver(path, account);
}

/** Root in a person's checkout leaves nothing that the person cannot use; a mere service account gets nothing of ours. */
async function handOver(path: string, account: Account | undefined): Promise<void> {
  if (account?.isOwner) await lchown(path, account.uid, account.gid);
}
