/** Counts of tries in fixed windows. */
import type { RateLimit, RateLimits } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { date, whole } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';

/** One statement, so that parallel tries are counted one by one. */
const take: Statement = {
  name: 'rate_limit_take',
  text: `
    INSERT INTO rate_limits AS r (key_hash, tries, expires_at) VALUES ($1, 1, $3)
    ON CONFLICT (key_hash) DO UPDATE SET
      tries = CASE WHEN r.expires_at <= $2 THEN 1 ELSE least(r.tries, 1000000000) + 1 END,
      expires_at = CASE WHEN r.expires_at <= $2 THEN $3 ELSE r.expires_at END
    RETURNING tries, expires_at`,
};

const forgive: Statement = {
  name: 'rate_limit_forgive',
  text: 'DELETE FROM rate_limits WHERE key_hash = $1',
};

/** A window that is over has nothing to give back: its count begins anew. */
const giveBack: Statement = {
  name: 'rate_limit_give_back',
  text: 'UPDATE rate_limits SET tries = tries - 1 WHERE key_hash = $1 AND tries > 0 AND expires_at > $2',
};

export class PostgresRateLimits implements RateLimits {
  readonly #database: Database;
  readonly #now: () => Date;

  constructor(database: Database, now: () => Date) {
    this.#database = database;
    this.#now = now;
  }

  async take(key: string, limit: RateLimit): Promise<{ readonly retryAfter: number }> {
    const now = this.#now();
    const windowEnd = new Date(now.getTime() + limit.window * 1_000);
    const [row] = await this.#database.query(take, hashOf(key), now, windowEnd);
    if (!row || whole(row, 'tries') <= limit.tries) return { retryAfter: 0 };
    const milliseconds = date(row, 'expires_at').getTime() - now.getTime();
    return { retryAfter: Math.max(1, Math.ceil(milliseconds / 1_000)) };
  }

  async forgive(key: string): Promise<void> {
    await this.#database.change(forgive, hashOf(key));
  }

  async giveBack(key: string): Promise<void> {
    await this.#database.change(giveBack, hashOf(key), this.#now());
  }
}
