/** What ends the upstream's own sessions, within a unit of work. */

import type { Json } from '@gatehouse/connector-kit';
import { openJson, sealJson, type UpstreamSession, type UpstreamSessions } from '@gatehouse/core';
import { bytes } from '../database/row.ts';
import { call, type Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';
import { purposeOf } from '../sealed.ts';
import type { UnitPart } from '../unit/part.ts';

const insert: Statement = {
  name: 'upstream_session_insert',
  text: 'INSERT INTO upstream_sessions (id_hash, state_sealed, expires_at) VALUES ($1, $2, $3)',
};

const find: Statement = {
  name: 'upstream_session_find',
  text: 'SELECT state_sealed FROM upstream_sessions WHERE id_hash = $1 AND expires_at > $2',
};

const forget: Statement = {
  name: 'upstream_session_forget',
  text: 'DELETE FROM upstream_sessions WHERE id_hash = $1',
};

/** Read once, by the request that ends it: there is nothing to keep on a shelf. */
export class UnitUpstreamSessions implements UpstreamSessions {
  readonly #part: Pick<UnitPart, 'database' | 'seal' | 'now' | 'writes'>;

  constructor(part: UnitPart) {
    this.#part = part;
  }

  keep({ id, state, expiresAt }: UpstreamSession): void {
    const hash = hashOf(id);
    const sealed = sealJson(this.#part.seal, state, purpose(hash));
    this.#part.writes.save(keyOf(hash), [call(insert, hash, sealed, expiresAt)]);
  }

  async find(id: string): Promise<Json | null> {
    const { database, seal, now } = this.#part;
    const hash = hashOf(id);
    const [row] = await database.query(find, hash, now());
    return row ? openJson(seal, bytes(row, 'state_sealed'), purpose(hash)) : null;
  }

  forget(id: string): void {
    const hash = hashOf(id);
    this.#part.writes.drop(keyOf(hash));
    this.#part.writes.decide([call(forget, hash)]);
  }
}

function keyOf(hash: Buffer): string {
  return `upstream_session:${hash.toString('hex')}`;
}

function purpose(hash: Buffer): string {
  return purposeOf('upstream_sessions.state_sealed', hash.toString('hex'));
}
