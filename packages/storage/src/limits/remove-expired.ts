/** Deletes what nobody can use any more. */
import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';

/** Rows a statement: short locks, and no statement runs into the time-out. */
const batch = 1_000;
/** Statements a table and run: what is left waits for the next run. */
const batchesPerRun = 50;

/** Rows that another replica is removing are left to it. The array is made once, however the plan turns out. */
function expired(table: string, key: string): Statement {
  return {
    name: `remove_expired_${table}`,
    text: `
      DELETE FROM ${table} WHERE ${key} = ANY (ARRAY (
        SELECT ${key} FROM ${table} WHERE expires_at <= $1
        ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
  };
}

const statements: readonly Statement[] = [
  expired('sessions', 'id_hash'),
  expired('interactions', 'slot'),
  expired('authorization_codes', 'id_hash'),
  expired('access_tokens', 'id_hash'),
  expired('offline_sessions', 'id_hash'),
  expired('grants', 'id'),
  expired('arrivals', 'handle_hash'),
  expired('logins', 'slot'),
  expired('tries', 'id_hash'),
  expired('upstream_sessions', 'id_hash'),
  expired('rate_limits', 'key_hash'),
  expired('replay_guards', 'key_hash'),
];

/** Returns how many rows. An abort ends it after the statement that is running. */
export async function removeExpired(database: Database, now: Date, signal: AbortSignal): Promise<number> {
  let removed = 0;
  for (const statement of statements) removed += await removeFrom(database, statement, now, signal);
  return removed;
}

async function removeFrom(
  database: Database,
  statement: Statement,
  now: Date,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (let run = 0; run < batchesPerRun && !signal.aborted; run++) {
    const rows = await database.change(statement, now, batch);
    removed += rows;
    if (rows < batch) break;
  }
  return removed;
}
