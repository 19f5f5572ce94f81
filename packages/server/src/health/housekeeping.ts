/** Removes what has expired, as long as the process runs. Any number of replicas may do it at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@gatehouse/connector-kit';
import type { Store } from '@gatehouse/core';

export interface Housekeeping {
  readonly store: Pick<Store, 'removeExpired'>;
  readonly log: Log;
  /** Ends the loop; a removal that is under way gets it too. */
  readonly signal: AbortSignal;
  /** Seconds between two rounds. */
  readonly every?: number;
}

/** Returns when `signal` is aborted, never with an error: a database that is away comes back. */
export async function keepHouse({ store, log, signal, every = 60 }: Housekeeping): Promise<void> {
  while (await pause(jittered(every), signal)) {
    try {
      const removed = await store.removeExpired(signal);
      if (removed > 0) log.debug({ removed }, 'expired rows removed');
    } catch (error) {
      if (!signal.aborted) log.warn({ error }, 'expired rows not removed');
    }
  }
}

/** Between half and one and a half times, so that replicas started together do not stay in step. */
function jittered(seconds: number): number {
  return seconds * (0.5 + Math.random());
}

/** False once the signal is aborted. */
async function pause(seconds: number, signal: AbortSignal): Promise<boolean> {
  return sleep(seconds * 1000, true, { signal, ref: false }).catch(() => false);
}
