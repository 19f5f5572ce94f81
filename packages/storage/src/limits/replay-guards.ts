/** The first time only, over all replicas. */
import type { ReplayGuards } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';

/** A guard that has expired counts as none, whether or not its row has been removed already. */
const once: Statement = {
  name: 'replay_guard_once',
  text: `
    INSERT INTO replay_guards AS g (key_hash, expires_at) VALUES ($1, $2)
    ON CONFLICT (key_hash) DO UPDATE SET expires_at = EXCLUDED.expires_at WHERE g.expires_at <= $3`,
};

export class PostgresReplayGuards implements ReplayGuards {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  async once(key: string, until: Date): Promise<boolean> {
    return (await this.#database.change(once, hashOf(key), until, this.#now())) === 1;
  }
}
