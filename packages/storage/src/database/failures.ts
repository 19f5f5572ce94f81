/** What an error of the driver means to the rest of the broker. */
import { LostRace, StoreUnavailable } from '@gatehouse/core';
import pg from 'pg';

/** SQLSTATE of `lost_race` in migrations/0001_first_tables.sql. */
const lostRaceState = 'GH001';

/** Deadlock and serialization failure; a unique violation is two requests that create the same row at once. */
const worthRetrying = new Set(['40001', '40P01', '23505']);

/**
 * SQLSTATE classes and codes (PostgreSQL manual, appendix A) that say "not now" rather than "never":
 * connection trouble, refused credentials after a rotation, exhausted resources, a standby after a fail-over
 * (25006), an operator's or a time-out's cancellation, a lock that did not come free, a broken disk.
 */
const unavailable = [/^08/, /^28/, /^3D000$/, /^25006$/, /^25P03$/, /^40/, /^53/, /^55P03$/, /^57/, /^58/];

export function isWorthRetrying(error: unknown): boolean {
  return error instanceof pg.DatabaseError && worthRetrying.has(error.code ?? '');
}

/** The error that the ports promise, with the driver's own as its cause. */
export function translate(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof LostRace) return error;
  if (error instanceof pg.DatabaseError) return translateRefusal(error);
  // What is left comes from the socket, the pool or a timer; only a mistake of ours is a TypeError.
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new StoreUnavailable('PostgreSQL cannot be reached', { cause: error });
}

function translateRefusal(error: pg.DatabaseError): unknown {
  const state = error.code ?? '';
  if (state === lostRaceState) return new LostRace(raceThing(error.message));
  if (unavailable.some((pattern) => pattern.test(state))) {
    return new StoreUnavailable(`PostgreSQL does not serve us at the moment (SQLSTATE ${state})`, {
      cause: error,
    });
  }
  return error;
}

function raceThing(message: string): LostRace['thing'] {
  if (message === 'code' || message === 'login') return message;
  return 'offlineSession';
}
