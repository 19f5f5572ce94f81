/** Owns the connections. Everything else in this package asks it to run fixed statements. */
import type { Log } from '@gatehouse/connector-kit';
import { StoreUnavailable } from '@gatehouse/core';
import pg from 'pg';
import { isWorthRetrying, translate } from './failures.ts';
import type { Call, Statement } from './statement.ts';

export interface DatabaseOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Off behind a transaction pooler such as pgbouncer. */
  readonly preparedStatements: boolean;
  /** Milliseconds. */
  readonly statementTimeout: number;
  readonly log: Log;
}

/** What `query` gives back, without the driver's types. */
export type Row = Record<string, unknown>;

/** A transaction that somebody has to think in between; the rest goes out through `commit`. */
export interface Transaction {
  query(statement: Statement, ...values: readonly unknown[]): Promise<readonly Row[]>;
}

/** Milliseconds for a new connection, and for a free one when all are busy. */
const connectTimeout = 5_000;
const attempts = 4;
/** Milliseconds. A transaction that is thought through step by step waits for others that do the same. */
const patience = 60_000;
const begin: Statement = { name: 'transaction_begin', text: 'BEGIN' };
const commit: Statement = { name: 'transaction_commit', text: 'COMMIT' };
const bePatient: Statement = {
  name: 'transaction_patience',
  text: "SELECT set_config('statement_timeout', $1, true)",
};

export class Database {
  readonly #pool: pg.Pool;
  readonly #prepared: boolean;

  constructor(options: DatabaseOptions) {
    this.#prepared = options.preparedStatements;
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize,
      pipeline: true,
      keepAlive: true,
      idleTimeoutMillis: 60_000,
      application_name: 'gatehouse',
      connectionTimeoutMillis: connectTimeout,
      ...timeouts(options),
    });
    // An idle connection that dies (a restart, a fail-over) must not end the process; the pool replaces it.
    this.#pool.on('error', (error) => {
      options.log.warn({ error }, 'an idle database connection was lost');
    });
  }

  /** @throws StoreUnavailable, LostRace */
  async query(statement: Statement, ...values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#pool.query<Row>(this.#prepare({ statement, values })).catch(rethrow)).rows;
  }

  /** How many rows a write touched. @throws StoreUnavailable */
  async change(statement: Statement, ...values: readonly unknown[]): Promise<number> {
    return (await this.#pool.query(this.#prepare({ statement, values })).catch(rethrow)).rowCount ?? 0;
  }

  /**
   * All of it or none, in one round trip. A single statement needs no transaction around it.
   * Deadlocks and collisions are tried again: the statements are conditional where it matters.
   */
  async commit(calls: readonly Call[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#attempt(calls);
      } catch (error) {
        if (attempt === attempts || !isWorthRetrying(error)) throw translate(error);
      }
    }
  }

  /** Runs `work` in a transaction on one connection; rolls back when it throws, and lets its own errors through. */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return await this.#withClient(async (client) => {
      const send = async (statement: Statement, ...values: readonly unknown[]) => {
        const config = { ...this.#prepare({ statement, values }), query_timeout: patience + 1_000 };
        return (await client.query<Row>(config).catch(rethrow)).rows;
      };
      await send(begin);
      await send(bePatient, String(patience));
      const result = await work({ query: send });
      await send(commit);
      return result;
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #attempt(calls: readonly Call[]): Promise<void> {
    const [only] = calls;
    if (only === undefined) return;
    if (calls.length === 1) {
      await this.#pool.query(this.#prepare(only));
      return;
    }
    await this.#withClient((client) => this.#pipeline(client, calls));
  }

  /** Everything is on its way before the first answer comes back; the first error is the one that counts. */
  async #pipeline(client: pg.PoolClient, calls: readonly Call[]): Promise<void> {
    const answers = await Promise.allSettled([
      client.query(begin.text),
      ...calls.map((each) => client.query(this.#prepare(each))),
      client.query(commit.text),
    ]);
    const failed = answers.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
    const last = answers.at(-1);
    // COMMIT of a failed transaction is answered with ROLLBACK, and that is no error to the driver.
    if (last?.status === 'fulfilled' && last.value.command !== 'COMMIT') {
      throw new StoreUnavailable('PostgreSQL rolled the transaction back');
    }
  }

  /** A connection whose transaction did not end cleanly is thrown away rather than given to the next request. */
  async #withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect().catch(rethrow);
    // Without a listener, a connection that dies between two statements would end the process.
    const ignore = () => {};
    client.on('error', ignore);
    try {
      const result = await work(client);
      client.release();
      return result;
    } catch (error) {
      client.release(!isClean(client, error));
      throw error;
    } finally {
      client.off('error', ignore);
    }
  }

  #prepare({ statement, values }: Call): pg.QueryConfig {
    const config = { text: statement.text, values: [...values] };
    return this.#prepared ? { ...config, name: statement.name } : config;
  }
}

function rethrow(error: unknown): never {
  throw translate(error);
}

/** After a refused statement inside a pipelined BEGIN … COMMIT the connection is idle and good; else it is not worth saving. */
function isClean(client: pg.PoolClient, error: unknown): boolean {
  return error instanceof pg.DatabaseError && client.getTransactionStatus() === 'I';
}

/**
 * A pooler refuses `statement_timeout` as a start parameter, so behind one only the driver's own timer counts;
 * it closes the connection, which ends the statement too.
 */
function timeouts(options: DatabaseOptions): pg.PoolConfig {
  if (!options.preparedStatements) return { query_timeout: options.statementTimeout };
  return {
    statement_timeout: options.statementTimeout,
    query_timeout: options.statementTimeout + 1_000,
  };
}
