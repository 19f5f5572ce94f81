/** Everything the broker asks of a database. One implementation: PostgreSQL. */
import type { AbsenceBrakes } from './absence-brakes.ts';
import type { BrowserSessions } from './browser-sessions.ts';
import type { IdentityChecks } from './identities.ts';
import type { RateLimits, ReplayGuards } from './limits.ts';
import type { Secrets } from './secrets.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { Tries } from './tries.ts';
import type { Unit } from './unit.ts';
import type { Users } from './users.ts';

export interface Store {
  /** Opens a unit of work. Nothing touches the database before its first read or its commit. */
  unit(): Unit;
  readonly identityChecks: IdentityChecks;
  readonly absenceBrakes: AbsenceBrakes;
  readonly browserSessions: BrowserSessions;
  readonly signingKeys: SigningKeys;
  readonly secrets: Secrets;
  readonly users: Users;
  readonly rateLimits: RateLimits;
  readonly replayGuards: ReplayGuards;
  readonly tries: Tries;
  /** Deletes what expired before now, in batches; returns how many rows. Any number of replicas may run it. */
  removeExpired(signal: AbortSignal): Promise<number>;
  /** Ends the suspensions that are over, in batches, as `IdentityChecks.end` does. Any number of replicas may run it. */
  endGone(signal: AbortSignal): Promise<readonly EndedPerson[]>;
  /** A query with a deadline. @throws StoreUnavailable */
  ping(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface EndedPerson {
  readonly subject: string;
  readonly connectorId: string;
}
