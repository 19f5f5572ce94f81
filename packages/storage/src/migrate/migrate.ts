/** Brings the database up to this version of the broker. Any number of processes may do it at once. */
import type { Log } from '@gatehouse/connector-kit';
import type pg from 'pg';
import { readApplied, refuseAhead } from './applied.ts';
import { withConnection } from './connect.ts';
import { type Migration, ownMigrations, readMigrations } from './files.ts';

export interface MigrateOptions {
  /** Past any pooler. */
  readonly url: string;
  readonly log: Log;
  /** Told before each migration that this process applies. */
  readonly progress?: (step: MigrationStep) => void;
  /** Tests bring their own. */
  readonly folder?: string;
}

export interface MigrationStep {
  readonly name: string;
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** Any constant will do, as long as every version of the broker uses the same. */
const migrationLock = 7_164_298_371;

/**
 * Returns the names of the migrations that this process applied.
 * @throws DatabaseProblem when the database cannot be used, or is ahead by a breaking migration
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const known = await readMigrations(options.folder ?? ownMigrations);
  return await withConnection(options.url, async (client) => {
    const applied = await readApplied(client);
    refuseAhead(applied, known);
    const names = new Set(applied.map((each) => each.name));
    const missing = known.filter((each) => !names.has(each.name));
    return await applyAll(client, missing, options);
  });
}

async function applyAll(
  client: pg.Client,
  missing: readonly Migration[],
  { log, progress }: MigrateOptions,
): Promise<readonly string[]> {
  const done: string[] = [];
  for (const [index, migration] of missing.entries()) {
    const report = () => progress?.({ name: migration.name, number: index + 1, of: missing.length });
    if (!(await applyOne(client, migration, report))) continue;
    log.info({ migration: migration.name }, 'database migration applied');
    done.push(migration.name);
  }
  return done;
}

/** False when another process was quicker. */
async function applyOne(client: pg.Client, migration: Migration, report: () => void): Promise<boolean> {
  await client.query('BEGIN');
  try {
    const ours = await applyInTransaction(client, migration, report);
    await client.query('COMMIT');
    return ours;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function applyInTransaction(
  client: pg.Client,
  migration: Migration,
  report: () => void,
): Promise<boolean> {
  // The wait for the others may be long, whatever time-out the role has.
  await client.query('SET LOCAL statement_timeout = 0');
  // A session lock would be left behind on a pooler's connection.
  await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
  await client.query(
    `CREATE TABLE IF NOT EXISTS migrations (
       name text PRIMARY KEY, breaking boolean NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const { rowCount } = await client.query('SELECT FROM migrations WHERE name = $1', [migration.name]);
  if (rowCount) return false;
  report();
  // A long transaction of somebody else must not make ours, and everybody behind it, wait without end.
  await client.query("SET LOCAL lock_timeout = '60s'");
  await client.query(migration.sql);
  await client.query('INSERT INTO migrations (name, breaking) VALUES ($1, $2)', [
    migration.name,
    migration.breaking,
  ]);
  return true;
}
