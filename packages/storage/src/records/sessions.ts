/** Browser sessions. The cookie's value is hashed; the uid is public and outlives a change of the cookie. */
import type { ProtocolRecord } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { bytes, date, object, present, text, textOrNull } from '../database/row.ts';
import { call, type Statement } from '../database/statement.ts';
import type { RecordTable } from './table.ts';

const find: Statement = {
  name: 'session_find',
  text: 'SELECT id_hash, uid, subject, payload, expires_at, upstream_session FROM sessions WHERE id_hash = $1',
};

export const findSessionByUid: Statement = {
  name: 'session_find_by_uid',
  text: 'SELECT id_hash, uid, subject, payload, expires_at, upstream_session FROM sessions WHERE uid = $1',
};

const insert: Statement = {
  name: 'session_insert',
  text: `
    INSERT INTO sessions (id_hash, uid, subject, payload, expires_at, upstream_session)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (uid) DO UPDATE SET
      id_hash = EXCLUDED.id_hash, subject = EXCLUDED.subject, payload = EXCLUDED.payload,
      expires_at = EXCLUDED.expires_at, upstream_session = EXCLUDED.upstream_session`,
};

/** Signed out in one tab, a session must not come back to life by a request of another. */
const update: Statement = {
  name: 'session_update',
  text: `
    UPDATE sessions SET uid = $2, subject = $3, payload = $4, expires_at = $5, upstream_session = $6
    WHERE id_hash = $1`,
};

const destroy: Statement = { name: 'session_destroy', text: 'DELETE FROM sessions WHERE id_hash = $1' };

export const sessions: RecordTable = {
  find,
  read: (row: Row): ProtocolRecord => ({
    payload: object(row, 'payload'),
    expiresAt: date(row, 'expires_at'),
    sessionUid: text(row, 'uid'),
    ...present({
      subject: textOrNull(row, 'subject'),
      upstreamSession: textOrNull(row, 'upstream_session'),
    }),
  }),
  destroy,
  save: (id, record, stored) => {
    if (record.sessionUid === undefined) throw new TypeError('a session record has a sessionUid');
    return call(
      stored ? update : insert,
      id,
      record.sessionUid,
      record.subject ?? null,
      JSON.stringify(record.payload),
      record.expiresAt,
      record.upstreamSession ?? null,
    );
  },
};

/** A session whose cookie is replaced keeps its uid: the row moves to the new cookie, if there still is a row. */
export const renewSession: Statement = {
  name: 'session_renew',
  text: 'UPDATE sessions SET id_hash = $1 WHERE uid = $2',
};

/** By what does not change: another tab may have moved it to another cookie since it was read. */
export const endSession: Statement = { name: 'session_end', text: 'DELETE FROM sessions WHERE uid = $1' };

export function sessionHash(row: Row): string {
  return Buffer.from(bytes(row, 'id_hash')).toString('hex');
}
