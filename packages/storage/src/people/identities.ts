/** People, within a unit of work. */
import type { Identities, StoredIdentity } from '@gatehouse/core';
import { type Call, call, type Statement } from '../database/statement.ts';
import { isStorable } from '../storable.ts';
import type { UnitPart } from '../unit/part.ts';
import { endedBeforeSignIn } from './end-gone.ts';
import { identityColumns, readIdentity, upstreamValues } from './identity-row.ts';

export const findIdentity: Statement = {
  name: 'identity_find',
  text: `SELECT ${identityColumns} FROM identities i WHERE i.subject = $1`,
};

/** A claim to check the person is somebody else's business and stays. What was answered at a refresh is outdated. */
const saveIdentity: Statement = {
  name: 'identity_save',
  text: `
    INSERT INTO identities (
      subject, connector_id, upstream_id, username, display_name, email, email_verified, groups,
      authenticated_at, authenticated_acr, authenticated_amr, has_authenticated, upstream_session, state_sealed,
      checked_at, stale_since, gone_at, gone_reason, gone_since, gone_until, gone_proof, last_login_at, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
    ON CONFLICT (subject) DO UPDATE SET
      connector_id = EXCLUDED.connector_id, upstream_id = EXCLUDED.upstream_id, username = EXCLUDED.username,
      display_name = EXCLUDED.display_name, email = EXCLUDED.email, email_verified = EXCLUDED.email_verified,
      groups = EXCLUDED.groups, authenticated_at = EXCLUDED.authenticated_at,
      authenticated_acr = EXCLUDED.authenticated_acr, authenticated_amr = EXCLUDED.authenticated_amr,
      has_authenticated = EXCLUDED.has_authenticated, upstream_session = EXCLUDED.upstream_session,
      state_sealed = EXCLUDED.state_sealed, checked_at = EXCLUDED.checked_at, stale_since = EXCLUDED.stale_since,
      gone_at = EXCLUDED.gone_at, gone_reason = EXCLUDED.gone_reason, gone_since = EXCLUDED.gone_since,
      gone_until = EXCLUDED.gone_until, gone_proof = EXCLUDED.gone_proof, last_login_at = EXCLUDED.last_login_at,
      answered_at = NULL, answer = NULL`,
};

export class UnitIdentities implements Identities {
  readonly #part: UnitPart;

  constructor(part: UnitPart) {
    this.#part = part;
  }

  async find(subject: string): Promise<StoredIdentity | null> {
    const { shelves, database, seal } = this.#part;
    const known = shelves.identity.get(subject);
    if (known !== undefined) return known;
    if (!isStorable(subject)) return null;
    const [row] = await database.query(findIdentity, subject);
    return shelves.identity.arrive(subject, row ? readIdentity(row, seal) : null);
  }

  save(identity: StoredIdentity): void {
    const calls = [endedBeforeSignIn(identity.subject, this.#part.now()), this.#saveCall(identity)];
    this.#part.writes.save(`identity:${identity.subject}`, calls);
    this.#part.shelves.identity.put(identity.subject, identity);
  }

  #saveCall(stored: StoredIdentity): Call {
    const { subject, connectorId, identity } = stored;
    return call(
      saveIdentity,
      subject,
      connectorId,
      ...upstreamValues(subject, identity, this.#part.seal),
      stored.checkedAt,
      stored.staleSince ?? null,
      stored.gone?.at ?? null,
      stored.gone?.reason ?? null,
      stored.gone?.since ?? null,
      stored.gone?.until ?? null,
      stored.gone?.proof ?? null,
      stored.lastLoginAt,
      this.#part.now(),
    );
  }
}
