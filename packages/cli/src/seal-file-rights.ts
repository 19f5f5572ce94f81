/** Who else on this machine may touch the file with the sealing key. */
import type { Stats } from 'node:fs';
import { CommandFailure } from './failure.ts';

/**
 * Attack: another account of the machine puts a key of its own there before the first start, and opens whatever is
 * sealed from then on.
 *
 * @throws CommandFailure
 */
export function refuseOtherWriters(path: string, { mode }: Stats): void {
  if (!hasRights() || (mode & 0o022) === 0) return;
  throw new CommandFailure('failed', `Others than its owner can write the sealing key ${path}.`, {
    advice: [
      `Make sure that it is still your key, then: chmod 600 ${path}`,
      'If somebody may have put it there, restore the file from its backup.',
    ],
  });
}

/** A group may be how we ourselves come to read a file that is not ours: a secret that Kubernetes mounts. */
export function isReadByOthers({ mode, uid }: Stats): boolean {
  const isOurs = process.getuid?.() === uid;
  return hasRights() && (mode & (isOurs ? 0o044 : 0o004)) !== 0;
}

/** Where there are no user ids, the bits say nothing. */
function hasRights(): boolean {
  return process.getuid !== undefined;
}
