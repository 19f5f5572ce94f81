/** Makes two requests meet in the database at a moment that the test chooses. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestStore } from './store.ts';

/** Another program that holds locks until it is told to let go. */
export async function holding(place: TestStore, ...statements: readonly string[]) {
  const client = new pg.Client({ connectionString: place.db.adminUrl });
  await client.connect();
  await client.query('BEGIN');
  for (const statement of statements) await client.query(statement);
  return { letGo: () => client.end() };
}

/** Waits until that many of the stores' connections wait for a lock; returns their process ids. */
export async function waiting(place: TestStore, count: number): Promise<readonly number[]> {
  for (;;) {
    const rows = await place.sql<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'gatehouse' AND wait_event_type = 'Lock'`,
    );
    if (rows.length >= count) return rows.map((row) => row.pid);
    await sleep(20);
  }
}
