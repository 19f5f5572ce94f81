/** Notices that signing keys were added, replaced or removed, by whichever process. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@gatehouse/connector-kit';
import { currentKeys, type SigningKey, type SigningKeys } from '@gatehouse/core';

/** Milliseconds: well below the time a key is published before it signs. */
export const usualPollEvery = 12_000;

export interface KeyWatch {
  readonly keys: readonly SigningKey[];
  readonly signingKeys: Pick<SigningKeys, 'list'>;
  readonly now: () => Date;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onChange: (keys: readonly SigningKey[]) => void;
  readonly pollEvery?: number;
}

/** Runs until aborted. While the database is away the known keys stay, and take their turns by the clock. */
export async function watchKeys(watch: KeyWatch): Promise<void> {
  let { keys } = watch;
  let seen = generationOf(keys, watch.now());
  while (await pause(watch)) {
    keys = (await readKeys(watch)) ?? keys;
    const generation = generationOf(keys, watch.now());
    if (generation === seen) continue;
    if (use(watch, keys, generation)) seen = generation;
  }
}

/** Keys that cannot be used are tried again: what signs now goes on signing. */
function use({ log, onChange }: KeyWatch, keys: readonly SigningKey[], generation: string): boolean {
  try {
    onChange(keys);
    log.info({ kids: generation.split(' ') }, 'signing keys changed');
    return true;
  } catch (error) {
    log.error({ error }, 'new signing keys cannot be used');
    return false;
  }
}

async function pause({ signal, pollEvery = usualPollEvery }: KeyWatch): Promise<boolean> {
  await sleep(pollEvery, undefined, { signal, ref: false }).catch(() => undefined);
  return !signal.aborted;
}

/** A list that cannot sign (somebody emptied the table) is no reason to stop signing. */
async function readKeys({ signingKeys, now, log }: KeyWatch): Promise<readonly SigningKey[] | undefined> {
  try {
    const keys = await signingKeys.list();
    currentKeys(keys, now());
    return keys;
  } catch (error) {
    log.warn({ error }, 'signing keys cannot be read; those that are known stay in use');
    return undefined;
  }
}

/** The order counts: the first key of an algorithm signs. */
function generationOf(keys: readonly SigningKey[], now: Date): string {
  return currentKeys(keys, now)
    .published.map(({ kid }) => kid)
    .join(' ');
}
