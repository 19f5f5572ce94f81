/** All people of a connector are to be asked about again, each when they next come. */
import type { Database } from '../database/database.ts';
import { textOrNull } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';

/** People a statement: all at once would hold up their sign-ins, and of very many none would be done in time. */
const batch = 1_000;

/** In one order, so that two of them at once wait for each other and do not lock each other out. */
const doubtSome: Statement = {
  name: 'identity_doubt_some',
  text: `
    WITH page AS MATERIALIZED (
      SELECT subject FROM identities WHERE connector_id = $1 AND subject > $3 ORDER BY subject LIMIT $4),
    known AS MATERIALIZED (
      SELECT i.subject FROM identities i JOIN page ON page.subject = i.subject
      WHERE i.checked_at <= $2 AND i.stale_since IS NULL ORDER BY i.subject FOR UPDATE OF i),
    doubted AS (UPDATE identities i SET stale_since = $2 FROM known WHERE i.subject = known.subject)
    SELECT max(subject) AS last FROM page`,
};

export async function doubtEverybody(database: Database, connectorId: string, at: Date): Promise<void> {
  for (let last: string | null = ''; last !== null; ) {
    const [row] = await database.query(doubtSome, connectorId, at, last, batch);
    last = row ? textOrNull(row, 'last') : null;
  }
}
