/** Authorization codes: single use, and with their grant and person in one read. */
import { call, type Statement } from '../database/statement.ts';
import { identityColumns } from '../people/identity-row.ts';
import { grantColumns } from './grants.ts';
import { belongingValues, type RecordTable, readBelonging } from './table.ts';

const find: Statement = {
  name: 'code_find',
  text: `
    SELECT c.grant_id, c.subject, c.client_id, c.session_uid, c.payload, c.expires_at, c.consumed_at,
      ${grantColumns}, ${identityColumns}
    FROM authorization_codes c
    LEFT JOIN grants g ON g.id = c.grant_id
    LEFT JOIN identities i ON i.subject = c.subject
    WHERE c.id_hash = $1`,
};

const save: Statement = {
  name: 'code_save',
  text: `
    INSERT INTO authorization_codes
      (id_hash, grant_id, subject, client_id, session_uid, payload, expires_at, consumed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (id_hash) DO UPDATE SET payload = EXCLUDED.payload, expires_at = EXCLUDED.expires_at`,
};

const destroy: Statement = {
  name: 'code_destroy',
  text: 'DELETE FROM authorization_codes WHERE id_hash = $1',
};

/** RFC 6749, section 4.1.2: a code is used once. A destroyed one counts as used. */
export const consumeCode: Statement = {
  name: 'code_consume',
  text: `
    WITH consumed AS (
      UPDATE authorization_codes SET consumed_at = $2 WHERE id_hash = $1 AND consumed_at IS NULL RETURNING 1)
    SELECT lost_race('code') WHERE NOT EXISTS (SELECT FROM consumed)`,
};

export const revokeCodes: Statement = {
  name: 'code_revoke',
  text: 'DELETE FROM authorization_codes WHERE grant_id = $1',
};

export const authorizationCodes: RecordTable = {
  find,
  read: readBelonging,
  destroy,
  save: (id, record) => call(save, id, ...belongingValues(record), record.consumedAt ?? null),
};
