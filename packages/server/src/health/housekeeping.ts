/**
 * What has to be done now and then as long as the process runs: what has expired is removed, who has been gone for too
 * long is ended for good, and brakes whose reason has passed are opened. Any number of replicas may do it at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '@gatehouse/connector-kit';
import type { AbsenceBrake, Store } from '@gatehouse/core';

export interface Housekeeping {
  readonly store: Pick<Store, 'removeExpired' | 'endGone'>;
  readonly brake: Pick<AbsenceBrake, 'tend'>;
  /** Their ids. */
  readonly connectors: readonly string[];
  readonly log: Log;
  /** Ends the loop; a removal that is under way gets it too. */
  readonly signal: AbortSignal;
  /** Seconds between two rounds. */
  readonly every?: number;
}

/** Returns when `signal` is aborted, never with an error: a database that is away comes back. */
export async function keepHouse(house: Housekeeping): Promise<void> {
  const { every = 60, signal, log } = house;
  while (await pause(jittered(every), signal)) {
    for (const [chore, failure] of chores) {
      try {
        await chore(house);
      } catch (error) {
        if (!signal.aborted) log.warn({ error }, failure);
      }
    }
  }
}

/** The brakes before the ends: who is to be ended depends on whether absences count. */
const chores = [
  [tendBrakes, 'brakes on absences not looked after'],
  [endGone, 'suspensions that are over not ended'],
  [removeExpired, 'expired rows not removed'],
] as const;

async function tendBrakes({ brake, connectors }: Housekeeping): Promise<void> {
  await brake.tend(connectors);
}

async function endGone({ store, log, signal }: Housekeeping): Promise<void> {
  for (const { subject, connectorId } of await store.endGone(signal)) {
    log.info({ subject, connector: connectorId }, 'gone for good: all sessions ended');
  }
}

async function removeExpired({ store, log, signal }: Housekeeping): Promise<void> {
  const removed = await store.removeExpired(signal);
  if (removed > 0) log.debug({ removed }, 'expired rows removed');
}

/** Between half and one and a half times, so that replicas started together do not stay in step. */
function jittered(seconds: number): number {
  return seconds * (0.5 + Math.random());
}

/** False once the signal is aborted. */
async function pause(seconds: number, signal: AbortSignal): Promise<boolean> {
  return sleep(seconds * 1000, true, { signal, ref: false }).catch(() => false);
}
