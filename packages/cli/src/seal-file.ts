/**
 * The sealing key in a file, for those who do not bring their own: made at the first start, mode 0600.
 *
 * Without it the database's signing keys and connector secrets cannot be opened. So it is never made a second time
 * while the database holds something sealed: a new key would hide the loss until the first refresh fails.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, type Stats } from 'node:fs';
import { chown, link, mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SealKey } from '@gatehouse/core';
import { CommandFailure } from './failure.ts';
import { isReadByOthers, refuseOtherWriters } from './seal-file-rights.ts';

/** The id under which the file's key seals; name it so in `seal.keys` when moving the key there. */
const idOfFileKey = 'file';
const keyBytes = 32;

interface Found {
  readonly key: SealKey;
  /** One line that says what is wrong with the file's rights, and what to do. */
  readonly warning?: string;
}

export interface SealFile extends Found {
  readonly made: boolean;
}

/**
 * @param holdsSealedRows asked only when the file is missing
 * @param folder of the embedded database, for the advice
 * @throws CommandFailure when the file is damaged, open to other writers, or missing although the database needs it
 */
export async function ensureSealFile(
  path: string,
  holdsSealedRows: () => Promise<boolean>,
  folder?: string,
): Promise<SealFile> {
  const present = await readSealFile(path);
  if (present) return { ...present, made: false };
  if (await holdsSealedRows()) throw missing(path, folder);
  await makeSealFile(path);
  const key = await readSealFile(path);
  if (!key) throw new CommandFailure('failed', `The sealing key ${path} vanished while it was being made.`);
  return { ...key, made: true };
}

async function readSealFile(path: string): Promise<Found | null> {
  const file = await openAndRead(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new CommandFailure('failed', `The sealing key ${path} cannot be read (${error.code}).`, {
      advice: ['Start Gatehouse as the user who owns the file.'],
    });
  });
  if (file === null) return null;
  refuseOtherWriters(path, file.access);
  const key = keyIn(path, file.text);
  return isReadByOthers(file.access)
    ? { key, warning: `Others can read the sealing key ${path}: chmod 600 ${path}` }
    : { key };
}

/** The rights of the very file that is read, wherever a symbolic link leads, and whoever replaces it meanwhile. */
async function openAndRead(path: string): Promise<{ readonly text: string; readonly access: Stats }> {
  const file = await open(path, 'r');
  try {
    return { access: await file.stat(), text: await file.readFile('utf8') };
  } finally {
    await file.close();
  }
}

function keyIn(path: string, text: string): SealKey {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length === keyBytes && key.toString('base64') === text.trim()) return { id: idOfFileKey, key };
  throw new CommandFailure(
    'failed',
    `The sealing key ${path} is damaged: it is not ${keyBytes} bytes in base64.`,
    {
      advice: ['Restore the file from its backup.'],
    },
  );
}

function missing(path: string, folder: string | undefined): CommandFailure {
  const giveUp = folder === undefined ? 'start with an empty database' : `remove ${folder}`;
  return new CommandFailure(
    'failed',
    `The sealing key ${path} is missing, and the database was sealed with it.`,
    {
      advice: [
        'Restore the file from its backup. It is not made again, because the signing keys and connector secrets',
        'in the database cannot be opened without it.',
        `To give up its accounts and keys, ${giveUp}.`,
      ],
    },
  );
}

/** Under its name only when it is whole and on the disk; `link` fails if another process was quicker. */
async function makeSealFile(path: string): Promise<void> {
  const folder = dirname(path);
  const side = `${path}.${randomUUID()}`;
  try {
    await makeFolder(folder);
    await writeDurably(side, `${randomBytes(keyBytes).toString('base64')}\n`, folder);
    await link(side, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await syncFolder(folder);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CommandFailure('failed', `The sealing key ${path} cannot be written (${code ?? message}).`, {
      advice: ['Make its folder writable, or set seal.file to another place.'],
      cause,
    });
  } finally {
    await rm(side, { force: true });
  }
}

async function writeDurably(path: string, text: string, folder: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await giveToOwnerOf(folder, path);
}

/** The embedded database may run under another account, which has to pass through to its own folder below. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  await makeFolder(dirname(path));
  await mkdir(path, { recursive: true, mode: 0o711 });
  await giveToOwnerOf(dirname(path), path);
}

/** Root in somebody's checkout leaves nothing that its owner cannot use. */
async function giveToOwnerOf(folder: string, path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
