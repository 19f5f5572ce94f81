/**
 * Under which account PostgreSQL runs. It refuses to run as root, so there it gets another: the owner of the
 * folder that the cluster is for (root starting Gatehouse in somebody's checkout leaves nothing of root's behind),
 * else a service account that every Linux has.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** The folder above is this account's too: what we make there may be theirs, our secrets for the database included. */
  readonly isOwner: boolean;
}

const serviceAccounts = ['gatehouse', 'postgres', 'nobody'];

/** Undefined: ours will do. */
export function accountFor(folder: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readAccounts();
  const owner = accounts.find((account) => account.uid === ownerOf(folder));
  if (owner && owner.uid !== 0) return { ...owner, isOwner: ownerOf(dirname(folder)) === owner.uid };
  for (const name of serviceAccounts) {
    const account = accounts.find((candidate) => candidate.name === name);
    if (account) return { ...account, isOwner: false };
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root and this machine has no account "nobody"; start Gatehouse as another user',
  );
}

/** Whether the account can read and execute a path; asked of the kernel, since folders above it count too. */
export function canUse(path: string, account: Account | undefined): boolean {
  const test = spawnSync('/bin/sh', ['-c', 'test -r "$1" && test -x "$1"', 'sh', path], {
    ...identityOf(account),
    cwd: '/',
    stdio: 'ignore',
  });
  return test.status === 0;
}

/** For `spawn`: drops the supplementary groups too. */
export function identityOf(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

function ownerOf(folder: string): number {
  return statSync(nearestExisting(folder)).uid;
}

function readAccounts(): readonly Omit<Account, 'isOwner'>[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 7)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
}

/** The folder itself, or the first above it that is there. */
export function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}
