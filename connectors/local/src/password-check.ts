/**
 * Whether a password fits a hash, at a cost that does not tell whether there was a hash.
 *
 * The attack: guess an address and watch how long "wrong password" takes, or how much work it makes. So
 * every attempt does the same runs: one for each setting (kind and figures) that is in use anywhere in the
 * directory, plus the setting that new accounts get. The account's own hash takes the place of the decoy
 * with the same setting; for somebody who does not exist all of them are decoys.
 */
import { verify as verifyArgon2 } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { decoyHash, settingsKey } from './decoy.ts';
import type { LocalDirectory } from './directory.ts';
import { ownSettings } from './hash-password.ts';
import { type HashSettings, parsePasswordHash } from './password-hash.ts';

/** How long a new setting may go unnoticed. */
const knownFor = 30_000;
/** What bcrypt reads of a password. */
const bcryptBytes = 72;

export class PasswordCheck {
  readonly #directory: LocalDirectory;
  readonly #now: () => Date;
  #decoys = new Map([[settingsKey(ownSettings), decoyHash(ownSettings)]]);
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(directory: LocalDirectory, now: () => Date) {
    this.#directory = directory;
    this.#now = now;
  }

  /** `hash` is null for nobody. Each entry is one hash run, to be done in this order. */
  async runs(hash: string | null): Promise<readonly HashRun[]> {
    if (this.#now().getTime() - this.#readAt >= knownFor) await this.#readSettings();
    const parsed = hash === null ? undefined : parsePasswordHash(hash);
    const own = parsed?.ok ? this.#noteSetting(parsed.settings) : undefined;
    return [...this.#decoys].map(([key, decoy]) => {
      return hash !== null && key === own ? { hash, decoy: false } : { hash: decoy, decoy: true };
    });
  }

  /** A setting that came since the last reading belongs to every attempt from now on. */
  #noteSetting(settings: HashSettings): string {
    const key = settingsKey(settings);
    if (!this.#decoys.has(key)) this.#decoys.set(key, decoyHash(settings));
    return key;
  }

  /** How many runs one attempt costs; always reads anew. */
  async settingsInUse(): Promise<number> {
    await this.#readSettings();
    return this.#decoys.size;
  }

  async #readSettings(): Promise<void> {
    const now = this.#now().getTime();
    const accounts = await this.#directory.list();
    const found = [ownSettings, ...accounts.flatMap(({ passwordHash }) => settingsOf(passwordHash))];
    this.#decoys = new Map(
      found.map((settings) => {
        const key = settingsKey(settings);
        return [key, this.#decoys.get(key) ?? decoyHash(settings)];
      }),
    );
    this.#readAt = now;
  }
}

export interface HashRun {
  readonly hash: string;
  readonly decoy: boolean;
}

/** True if the password fits the one run that is not a decoy. All runs are made, also after a match. */
export async function makeRuns(runs: readonly HashRun[], password: Buffer): Promise<boolean> {
  let fits = false;
  for (const run of runs) {
    const matched = await matches(run.hash, password);
    if (matched && !run.decoy) fits = true;
  }
  return fits;
}

/**
 * bcrypt ignores all bytes after the 72nd, so that any longer password with the same beginning would pass.
 * Such a password is refused, after the same work.
 */
async function matches(hash: string, password: Buffer): Promise<boolean> {
  if (hash.startsWith('$argon2')) return verifyArgon2(hash, password);
  const matched = await verifyBcrypt(password, hash);
  return matched && password.length <= bcryptBytes;
}

function settingsOf(hash: string): readonly HashSettings[] {
  const parsed = parsePasswordHash(hash);
  return parsed.ok ? [parsed.settings] : [];
}
