/** Interactions: sign-ins under way. Anybody may start one, so they live in a ring of a fixed number of slots. */
import type { ProtocolRecord } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { date, object, present, textOrNull } from '../database/row.ts';
import { call, type Statement } from '../database/statement.ts';
import type { RecordTable } from './table.ts';

const find: Statement = {
  name: 'interaction_find',
  text: 'SELECT document, expires_at FROM interactions WHERE id_hash = $1',
};

/** Stays in its slot when it has one, else takes the next from whoever had it: the oldest. */
const save: Statement = {
  name: 'interaction_save',
  text: `
    WITH kept AS (
      UPDATE interactions SET document = $2, expires_at = $3 WHERE id_hash = $1 RETURNING 1)
    INSERT INTO interactions (slot, id_hash, document, expires_at)
    SELECT (nextval('interaction_slots') % $4)::int, $1, $2, $3 WHERE NOT EXISTS (SELECT FROM kept)
    ON CONFLICT (slot) DO UPDATE SET
      id_hash = EXCLUDED.id_hash, document = EXCLUDED.document, expires_at = EXCLUDED.expires_at`,
};

const destroy: Statement = {
  name: 'interaction_destroy',
  text: 'DELETE FROM interactions WHERE id_hash = $1',
};

export function interactions(slots: number): RecordTable {
  return {
    find,
    read: readInteraction,
    destroy,
    save: (id, { expiresAt, ...record }) => call(save, id, JSON.stringify(record), expiresAt, slots),
  };
}

/** In the document when they were known. */
const unknown = { grantId: null, subject: null, clientId: null, sessionUid: null };

function readInteraction(row: Row): ProtocolRecord {
  const document = { ...unknown, ...object(row, 'document') };
  return {
    payload: object(document, 'payload'),
    expiresAt: date(row, 'expires_at'),
    ...present({
      grantId: textOrNull(document, 'grantId'),
      subject: textOrNull(document, 'subject'),
      clientId: textOrNull(document, 'clientId'),
      sessionUid: textOrNull(document, 'sessionUid'),
    }),
  };
}
