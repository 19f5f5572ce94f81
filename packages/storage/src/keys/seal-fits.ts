/** A lost sealing key is found out at the start, not at the first sign-in. */
import { type Seal, SealBroken } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';
import { tableExists } from '../migrate/applied.ts';
import { withConnection } from '../migrate/connect.ts';
import { DatabaseProblem } from '../migrate/problem.ts';
import { identityColumns, readIdentity } from '../people/identity-row.ts';
import { PostgresSecrets } from './secrets.ts';
import { PostgresSigningKeys } from './signing-keys.ts';

/** Whoever signed in last was sealed with the newest key; older ones are found out when they come back. */
const anyIdentity: Statement = {
  name: 'identity_any',
  text: `SELECT ${identityColumns} FROM identities i ORDER BY i.last_login_at DESC LIMIT 1`,
};

/** @throws DatabaseProblem when the seal cannot open what the database holds */
export async function assertSealFits(database: Database, seal: Seal): Promise<void> {
  try {
    await new PostgresSigningKeys(database, seal).list();
    await new PostgresSecrets(database, seal, () => new Date(0)).list();
    for (const row of await database.query(anyIdentity)) readIdentity(row, seal);
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error;
    throw new DatabaseProblem(
      `The sealing key does not open what the database holds (${error.message}). Restore the key that was in use; a new one would lose every signing key, session and refresh token.`,
      { cause: error },
    );
  }
}

/** Asked before a sealing key is made: with sealed rows there was one, and it has to be restored. */
export async function holdsSealedRows(url: string): Promise<boolean> {
  return await withConnection(url, async (client) => {
    if (!(await tableExists(client, 'secrets'))) return false;
    const { rows } = await client.query<{ found: boolean }>(`
      SELECT EXISTS (SELECT FROM secrets) OR EXISTS (SELECT FROM signing_keys)
        OR EXISTS (SELECT FROM identities) AS found`);
    return rows[0]?.found === true;
  });
}
