/**
 * One process at a time in a folder, over `kill -9`: a lock whose holder is dead is taken over.
 * Process ids are used again, so a holder is known by its id and the time it was started.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './error.ts';

const patience = 120_000;

/** Runs `work` while holding `path`. @throws EmbeddedPostgresError when a living process holds it for two minutes */
export async function withFolderLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await acquire(path);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** "<pid> <start time>", or undefined when there is no such process. */
export function processMark(pid: number): string | undefined {
  try {
    // proc(5): field 22 is the start time; the name in field 2 may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${pid} ${fields[19]}`;
  } catch {
    return undefined;
  }
}

export function isAlive(mark: string): boolean {
  return processMark(Number(mark.split(' ')[0])) === mark.trim();
}

async function acquire(path: string): Promise<void> {
  const mine = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(mine, `${processMark(process.pid)}`, { mode: 0o644 });
  try {
    const deadline = Date.now() + patience;
    // `link` fails if the name exists, and the name never exists without its content.
    while (!(await tryLink(mine, path))) {
      await removeIfStale(path);
      if (Date.now() > deadline) {
        throw new EmbeddedPostgresError(
          `${path} is held by process ${await holder(path)}; wait for it, or end it`,
        );
      }
      await sleep(100);
    }
  } finally {
    await rm(mine, { force: true });
  }
}

async function tryLink(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moved away before it is removed, and put back if it turned out to be somebody's fresh lock. */
async function removeIfStale(path: string): Promise<void> {
  const mark = await holder(path);
  if (mark === undefined || isAlive(mark)) return;
  const aside = `${path}.stale.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await holder(aside);
  if (moved !== undefined && isAlive(moved)) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function holder(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch(() => undefined);
}
