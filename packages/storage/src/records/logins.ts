/** Attempts to sign in through a redirect connector, within a unit of work. They live in a ring like interactions. */
import type { Arrival } from '@gatehouse/connector-kit';
import type { Login, Logins, StoredArrival } from '@gatehouse/core';
import { call, type Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';
import type { UnitPart } from '../unit/part.ts';
import { findArrival, readArrival, saveArrivalCalls } from './arrivals.ts';
import { loginColumns, readLogin, sealMemo } from './login-row.ts';

const find: Statement = {
  name: 'login_find',
  text: `SELECT ${loginColumns} FROM logins l WHERE l.token_hash = $1`,
};

/** The arrivals of whoever had the slot before go with it. */
const open: Statement = {
  name: 'login_open',
  text: `
    WITH place AS MATERIALIZED (SELECT (nextval('login_slots') % $5)::int AS slot),
      cleared AS (DELETE FROM arrivals USING place WHERE arrivals.login_slot = place.slot)
    INSERT INTO logins (slot, token_hash, connector_id, memo_sealed, expires_at)
    SELECT place.slot, $1, $2, $3, $4 FROM place
    ON CONFLICT (slot) DO UPDATE SET
      token_hash = EXCLUDED.token_hash, connector_id = EXCLUDED.connector_id, memo_sealed = EXCLUDED.memo_sealed,
      expires_at = EXCLUDED.expires_at, finished_at = NULL`,
};

/** Once. A login whose slot was taken by another counts as finished. */
const finish: Statement = {
  name: 'login_finish',
  text: `
    WITH finished AS (
      UPDATE logins SET finished_at = $2 WHERE token_hash = $1 AND finished_at IS NULL RETURNING 1)
    SELECT lost_race('login') WHERE NOT EXISTS (SELECT FROM finished)`,
};

export class UnitLogins implements Logins {
  readonly #part: UnitPart;

  constructor(part: UnitPart) {
    this.#part = part;
  }

  async find(token: string): Promise<Login | null> {
    const { shelves, database, seal } = this.#part;
    const hash = hashOf(token);
    const key = hash.toString('hex');
    const known = shelves.login.get(key);
    if (known !== undefined) return this.#current(known);
    const [row] = await database.query(find, hash);
    return this.#current(shelves.login.arrive(key, row ? readLogin(row, seal) : null));
  }

  open(login: Login): void {
    const { shelves, writes, seal, pendingSignIns } = this.#part;
    const hash = hashOf(login.token);
    const memo = sealMemo(login, hash, seal);
    writes.use([call(open, hash, login.connectorId, memo, login.expiresAt, pendingSignIns)]);
    shelves.login.put(hash.toString('hex'), login);
  }

  saveArrival(stored: StoredArrival, limit: number): void {
    const { shelves, writes, seal, now } = this.#part;
    writes.use(saveArrivalCalls(stored, limit, now(), seal));
    shelves.arrival.put(hashOf(stored.handle).toString('hex'), stored);
  }

  async findArrival(handle: string): Promise<{ readonly login: Login; readonly arrival: Arrival } | null> {
    const stored = await this.#storedArrival(handle);
    const login = stored && (await this.find(stored.loginToken));
    return login && { login, arrival: stored.arrival };
  }

  finish(token: string): void {
    const { shelves, writes, now } = this.#part;
    const hash = hashOf(token);
    const finishedAt = now();
    writes.use([call(finish, hash, finishedAt)]);
    shelves.login.change((key, login) => (key === hash.toString('hex') ? { ...login, finishedAt } : login));
  }

  /** Brings the login along. */
  async #storedArrival(handle: string): Promise<StoredArrival | null> {
    const { shelves, database, seal } = this.#part;
    const hash = hashOf(handle);
    const key = hash.toString('hex');
    const known = shelves.arrival.get(key);
    if (known !== undefined) return known;
    const [row] = await database.query(findArrival, hash);
    if (!row) return shelves.arrival.arrive(key, null);
    const login = readLogin(row, seal);
    shelves.login.arrive(hashOf(login.token).toString('hex'), login);
    const arrival = readArrival(row, hash, seal);
    return shelves.arrival.arrive(key, { handle, loginToken: login.token, arrival });
  }

  #current(login: Login | null): Login | null {
    return login && login.expiresAt > this.#part.now() ? login : null;
  }
}
