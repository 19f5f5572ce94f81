/** Looks after the embedded database while the server runs: one that somebody killed is started again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@gatehouse/connector-kit';
import type { RunningDatabase } from './database.ts';

const every = 2_000;

/** Returns when `signal` is aborted, never with an error. */
export async function watchDatabase(
  database: Pick<RunningDatabase, 'revive'>,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  while (await sleep(every, true, { signal, ref: false }).catch(() => false)) {
    try {
      if (await database.revive()) log.warn({}, 'the embedded database had ended; it was started again');
    } catch (error) {
      log.error({ error }, 'the embedded database has ended and does not start');
    }
  }
}
