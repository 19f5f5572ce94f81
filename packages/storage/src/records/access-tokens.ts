/** Access tokens, with their grant and person in one read. */
import { call, type Statement } from '../database/statement.ts';
import { identityColumns } from '../people/identity-row.ts';
import { grantColumns } from './grants.ts';
import { belongingValues, type RecordTable, readBelonging } from './table.ts';

const find: Statement = {
  name: 'access_token_find',
  text: `
    SELECT t.grant_id, t.subject, t.client_id, t.session_uid, t.payload, t.expires_at, NULL AS consumed_at,
      ${grantColumns}, ${identityColumns}
    FROM access_tokens t
    LEFT JOIN grants g ON g.id = t.grant_id
    LEFT JOIN identities i ON i.subject = t.subject
    WHERE t.id_hash = $1`,
};

const save: Statement = {
  name: 'access_token_save',
  text: `
    INSERT INTO access_tokens (id_hash, grant_id, subject, client_id, session_uid, payload, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id_hash) DO UPDATE SET payload = EXCLUDED.payload, expires_at = EXCLUDED.expires_at`,
};

const destroy: Statement = {
  name: 'access_token_destroy',
  text: 'DELETE FROM access_tokens WHERE id_hash = $1',
};

export const revokeAccessTokens: Statement = {
  name: 'access_token_revoke',
  text: 'DELETE FROM access_tokens WHERE grant_id = $1',
};

export const accessTokens: RecordTable = {
  find,
  read: readBelonging,
  destroy,
  save: (id, record) => call(save, id, ...belongingValues(record)),
};
