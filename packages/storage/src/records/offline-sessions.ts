/** Offline sessions, within a unit of work: with their grant and person in one read. */
import type { EndReason, Lineage, OfflineSession, OfflineSessions } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { date, dateOrNull, dates, flag, object, text, whole } from '../database/row.ts';
import { call, type Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';
import { identityColumns } from '../people/identity-row.ts';
import type { UnitPart } from '../unit/part.ts';
import { grantColumns } from './grants.ts';

const find: Statement = {
  name: 'offline_session_find',
  text: `
    SELECT o.grant_id, o.subject, o.client_id, o.generation, o.succeeded_at, o.newest_presented, o.payload,
      o.created_at, o.expires_at, o.ended_at, o.end_reason, ${grantColumns}, ${identityColumns}
    FROM offline_sessions o
    LEFT JOIN grants g ON g.id = o.grant_id
    LEFT JOIN identities i ON i.subject = o.subject
    WHERE o.id_hash = $1`,
};

const open: Statement = {
  name: 'offline_session_open',
  text: `
    INSERT INTO offline_sessions
      (id_hash, grant_id, subject, client_id, generation, succeeded_at, newest_presented, payload, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
};

const advance: Statement = {
  name: 'offline_session_advance',
  text: `
    UPDATE offline_sessions SET generation = $3, succeeded_at = $4, newest_presented = $5, expires_at = $6
    WHERE id_hash = $1 AND generation = $2 AND ended_at IS NULL`,
};

/**
 * A statement of its own, because it must see what committed while `advance` waited for the row. It locks the row,
 * so that whoever ends the session now waits for our commit, and then removes our access token too.
 */
const stillLive: Statement = {
  name: 'offline_session_still_live',
  text: `
    WITH live AS MATERIALIZED (
      SELECT 1 FROM offline_sessions WHERE id_hash = $1 AND ended_at IS NULL FOR SHARE)
    SELECT lost_race('offlineSession') WHERE NOT EXISTS (SELECT FROM live)`,
};

/** The first reason stays. */
const end: Statement = {
  name: 'offline_session_end',
  text: 'UPDATE offline_sessions SET ended_at = $2, end_reason = $3 WHERE id_hash = $1 AND ended_at IS NULL',
};

export class UnitOfflineSessions implements OfflineSessions {
  readonly #part: UnitPart;

  constructor(part: UnitPart) {
    this.#part = part;
  }

  async find(id: Uint8Array): Promise<OfflineSession | null> {
    const { shelves, database } = this.#part;
    const hash = hashOf(id);
    const key = hash.toString('hex');
    const known = shelves.offlineSession.get(key);
    if (known !== undefined) return this.#current(known);
    const [row] = await database.query(find, hash);
    if (row) this.#part.bring(row);
    return this.#current(shelves.offlineSession.arrive(key, row ? read(row, id) : null));
  }

  open(session: Omit<OfflineSession, 'ended'>): void {
    const { writes, shelves } = this.#part;
    const hash = hashOf(session.id);
    writes.use([
      call(
        open,
        hash,
        session.grantId,
        session.subject,
        session.clientId,
        ...lineageValues(session.lineage),
        JSON.stringify(session.payload),
        session.createdAt,
        session.expiresAt,
      ),
    ]);
    shelves.offlineSession.put(hash.toString('hex'), session);
  }

  advance(id: Uint8Array, from: number, to: Lineage, expiresAt: Date): void {
    const hash = hashOf(id);
    this.#part.writes.use([
      call(advance, hash, from, ...lineageValues(to), expiresAt),
      call(stillLive, hash),
    ]);
    this.#change(hash, (session) => ({ ...session, lineage: to, expiresAt }));
  }

  end(id: Uint8Array, reason: EndReason): void {
    const hash = hashOf(id);
    const at = this.#part.now();
    this.#part.writes.decide([call(end, hash, at, reason)]);
    this.#change(hash, (session) => (session.ended ? session : { ...session, ended: { at, reason } }));
  }

  #change(hash: Buffer, change: (session: OfflineSession) => OfflineSession): void {
    const key = hash.toString('hex');
    this.#part.shelves.offlineSession.change((each, session) => (each === key ? change(session) : session));
  }

  /** What has expired is gone, whether or not its row has been removed already. */
  #current(session: OfflineSession | null): OfflineSession | null {
    return session && session.expiresAt > this.#part.now() ? session : null;
  }
}

function lineageValues(lineage: Lineage): readonly unknown[] {
  return [lineage.generation, lineage.succeededAt, lineage.newestPresented];
}

function read(row: Row, id: Uint8Array): OfflineSession {
  const endedAt = dateOrNull(row, 'ended_at');
  return {
    id,
    grantId: text(row, 'grant_id'),
    subject: text(row, 'subject'),
    clientId: text(row, 'client_id'),
    lineage: {
      generation: whole(row, 'generation'),
      succeededAt: dates(row, 'succeeded_at'),
      newestPresented: flag(row, 'newest_presented'),
    },
    payload: object(row, 'payload'),
    createdAt: date(row, 'created_at'),
    expiresAt: date(row, 'expires_at'),
    ...(endedAt && { ended: { at: endedAt, reason: readReason(text(row, 'end_reason')) } }),
  };
}

const reasons: readonly string[] = ['reuse', 'revoked', 'logout', 'gone'] satisfies EndReason[];

function isReason(word: string): word is EndReason {
  return reasons.includes(word);
}

function readReason(word: string): EndReason {
  if (isReason(word)) return word;
  // A newer version of the broker may have more reasons; ended is ended.
  return 'revoked';
}
