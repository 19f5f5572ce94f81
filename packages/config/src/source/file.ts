/** Reads a file that an operator named: bounded, as UTF-8, with a sentence for each way in which it can fail. */
import { open } from 'node:fs/promises';

/** Resolves to at most `limit + 1` bytes, so that a reader can tell "too large" without reading on. */
export type ReadFile = (path: string, limit: number) => Promise<Uint8Array>;

export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/** Works for pipes too, and stops at the limit: `/dev/zero` is no reason to run out of memory. */
export const readFileBounded: ReadFile = async (path, limit) => {
  await using file = await open(path, 'r');
  const buffer = new Uint8Array(limit + 1);
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
};

/** @throws Unreadable with half a sentence to put behind the file's name: "does not exist" */
export async function readText(readFile: ReadFile, path: string, limit: number): Promise<string> {
  const bytes = await readFile(path, limit).catch((error: unknown) => {
    throw new Unreadable(reason(error), { cause: error });
  });
  if (bytes.length > limit) throw new Unreadable(`is larger than ${limit / 1024} KiB`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Unreadable('is not UTF-8 text');
  }
}

/** Null if it can be read. */
export async function whyUnreadable(readFile: ReadFile, path: string): Promise<string | null> {
  return readFile(path, 1).then(
    () => null,
    (error: unknown) => reason(error),
  );
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder, not a file',
  EACCES: 'may not be read by this account',
  EPERM: 'may not be read by this account',
  ENAMETOOLONG: 'has too long a name',
  ELOOP: 'is a symbolic link that leads to itself',
  ERR_INVALID_ARG_VALUE: 'has a name that no file can have',
};

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return reasons[code] ?? `cannot be read (${code})`;
}
