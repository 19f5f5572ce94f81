/** Grants: what a person has allowed a client. */
import type { ProtocolRecord } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { date, object, present, textOrNull } from '../database/row.ts';
import { call, type Statement } from '../database/statement.ts';
import type { RecordTable } from './table.ts';

/** For a SELECT that names the table `g`; the alias keeps it apart from what it is read together with. */
export const grantColumns =
  'g.id AS g_id, g.subject AS g_subject, g.client_id AS g_client_id, g.payload AS g_payload, g.expires_at AS g_expires_at';

const find: Statement = {
  name: 'grant_find',
  text: `SELECT ${grantColumns} FROM grants g WHERE g.id = $1`,
};

const insert: Statement = {
  name: 'grant_insert',
  text: `
    INSERT INTO grants (id, subject, client_id, payload, expires_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET
      subject = EXCLUDED.subject, client_id = EXCLUDED.client_id, payload = EXCLUDED.payload,
      expires_at = EXCLUDED.expires_at`,
};

const update: Statement = {
  name: 'grant_update',
  text: 'UPDATE grants SET subject = $2, client_id = $3, payload = $4, expires_at = $5 WHERE id = $1',
};

export const destroyGrant: Statement = { name: 'grant_destroy', text: 'DELETE FROM grants WHERE id = $1' };

export const grants: RecordTable = {
  find,
  read: readGrant,
  destroy: destroyGrant,
  save: (id, record, stored) =>
    call(
      stored ? update : insert,
      id,
      record.subject ?? null,
      record.clientId ?? null,
      JSON.stringify(record.payload),
      record.expiresAt,
    ),
};

function readGrant(row: Row): ProtocolRecord {
  return {
    payload: object(row, 'g_payload'),
    expiresAt: date(row, 'g_expires_at'),
    ...present({ subject: textOrNull(row, 'g_subject'), clientId: textOrNull(row, 'g_client_id') }),
  };
}

/** Null where an outer join found none. */
export function readJoinedGrant(row: Row): ProtocolRecord | null {
  return row.g_id === null ? null : readGrant(row);
}
