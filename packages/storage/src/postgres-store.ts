/** Everything the broker asks of a database, over PostgreSQL. */
import type { Log } from '@gatehouse/connector-kit';
import { type EndedPerson, type Seal, type Store, StoreUnavailable, type Unit } from '@gatehouse/core';
import { Database } from './database/database.ts';
import { flag } from './database/row.ts';
import type { Statement } from './database/statement.ts';
import { assertSealFits } from './keys/seal-fits.ts';
import { PostgresSecrets } from './keys/secrets.ts';
import { PostgresSigningKeys } from './keys/signing-keys.ts';
import { PostgresRateLimits } from './limits/rate-limits.ts';
import { removeExpired } from './limits/remove-expired.ts';
import { PostgresReplayGuards } from './limits/replay-guards.ts';
import { placeOf } from './migrate/connect.ts';
import { explainConnecting, explainRefusal } from './migrate/problem.ts';
import { PostgresAbsenceBrakes } from './people/absence-brakes.ts';
import { PostgresBrowserSessions } from './people/browser-sessions.ts';
import { endGone } from './people/end-gone.ts';
import { PostgresIdentityChecks } from './people/identity-checks.ts';
import { PostgresUsers } from './people/users.ts';
import { PostgresTries } from './records/tries.ts';
import { PostgresUnit } from './unit/unit.ts';

export interface StoreOptions {
  readonly url: string;
  readonly seal: Seal;
  readonly now: () => Date;
  /** How many sign-ins that nobody has finished are kept; the oldest give way. */
  readonly limits: { readonly pendingSignIns: number };
  readonly poolSize: number;
  /** Off behind a transaction pooler such as pgbouncer. */
  readonly preparedStatements: boolean;
  /** Milliseconds. */
  readonly statementTimeout: number;
  readonly log: Log;
}

const pingStatement: Statement = { name: 'ping', text: 'SELECT pg_is_in_recovery() AS standby' };

/**
 * Opens the store on a database that is migrated already.
 * @throws DatabaseProblem when it cannot be reached, or the seal does not fit what it holds
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const place = placeOf(options.url);
  const database = new Database(options);
  try {
    await assertSealFits(database, options.seal);
  } catch (error) {
    await database.close();
    if (error instanceof StoreUnavailable) throw explainConnecting(error.cause, place);
    throw explainRefusal(error, place);
  }
  return new PostgresStore(database, options);
}

class PostgresStore implements Store {
  readonly identityChecks: PostgresIdentityChecks;
  readonly absenceBrakes: PostgresAbsenceBrakes;
  readonly browserSessions: PostgresBrowserSessions;
  readonly signingKeys: PostgresSigningKeys;
  readonly secrets: PostgresSecrets;
  readonly users: PostgresUsers;
  readonly rateLimits: PostgresRateLimits;
  readonly replayGuards: PostgresReplayGuards;
  readonly tries: PostgresTries;
  readonly #database: Database;
  readonly #options: StoreOptions;

  constructor(database: Database, options: StoreOptions) {
    const { seal, now } = options;
    this.#database = database;
    this.#options = options;
    this.identityChecks = new PostgresIdentityChecks(database, seal, now);
    this.absenceBrakes = new PostgresAbsenceBrakes(database);
    this.browserSessions = new PostgresBrowserSessions(database);
    this.signingKeys = new PostgresSigningKeys(database, seal);
    this.secrets = new PostgresSecrets(database, seal, now);
    this.users = new PostgresUsers(database);
    this.rateLimits = new PostgresRateLimits(database, now);
    this.replayGuards = new PostgresReplayGuards(database, now);
    this.tries = new PostgresTries(database, seal, now);
  }

  unit(): Unit {
    const { seal, now, limits } = this.#options;
    return new PostgresUnit({
      database: this.#database,
      seal,
      now,
      pendingSignIns: limits.pendingSignIns,
    });
  }

  async removeExpired(signal: AbortSignal): Promise<number> {
    return await removeExpired(this.#database, this.#options.now(), signal);
  }

  async endGone(signal: AbortSignal): Promise<readonly EndedPerson[]> {
    return await endGone(this.#database, this.#options.now(), signal);
  }

  async ping(signal: AbortSignal): Promise<void> {
    const [row] = await Promise.race([this.#database.query(pingStatement), aborted(signal)]);
    // After a fail-over the old address may be a standby: it answers, but nobody can sign in.
    if (row && flag(row, 'standby')) throw new StoreUnavailable('PostgreSQL is a read-only standby');
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

/** Never resolves; the deadline is the caller's. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new StoreUnavailable('PostgreSQL does not answer in time'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}
