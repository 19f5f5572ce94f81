/** What a refresh learns from the upstream: stored at once, whatever becomes of the request. */
import type { Json } from '@gatehouse/connector-kit';
import {
  type CheckOutcome,
  type IdentityChecks,
  type Seal,
  type StoredIdentity,
  sealJson,
} from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { text } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { purposeOf } from '../sealed.ts';
import { findIdentity } from './identities.ts';
import { readIdentity, upstreamValues } from './identity-row.ts';

const claim: Statement = {
  name: 'identity_claim',
  text: `
    UPDATE identities SET check_claimed_until = $2
    WHERE subject = $1 AND (check_claimed_until IS NULL OR check_claimed_until <= $3)`,
};

const saveState: Statement = {
  name: 'identity_save_state',
  text: 'UPDATE identities SET state_sealed = $2 WHERE subject = $1',
};

const connectorOf: Statement = {
  name: 'identity_connector',
  text: 'SELECT connector_id FROM identities WHERE subject = $1',
};

const recordCurrent: Statement = {
  name: 'identity_record_current',
  text: `
    UPDATE identities SET
      upstream_id = $2, username = $3, display_name = $4, email = $5, email_verified = $6, groups = $7,
      authenticated_at = $8, authenticated_acr = $9, authenticated_amr = $10, has_authenticated = $11,
      upstream_session = $12, state_sealed = $13, checked_at = $14,
      stale_since = NULL, gone_at = NULL, gone_reason = NULL, check_claimed_until = NULL
    WHERE subject = $1`,
};

const recordGone: Statement = {
  name: 'identity_record_gone',
  text: `
    UPDATE identities SET
      checked_at = $2, gone_at = $2, gone_reason = $3, stale_since = NULL, check_claimed_until = NULL
    WHERE subject = $1`,
};

/** Stale since the first failure, not since the last. */
const recordUnavailable: Statement = {
  name: 'identity_record_unavailable',
  text: `
    UPDATE identities SET stale_since = COALESCE(stale_since, $2), check_claimed_until = NULL WHERE subject = $1`,
};

export class PostgresIdentityChecks implements IdentityChecks {
  readonly #database: Database;
  readonly #seal: Seal;
  readonly #now: () => Date;

  constructor(database: Database, seal: Seal, now: () => Date) {
    this.#database = database;
    this.#seal = seal;
    this.#now = now;
  }

  async claim(subject: string, until: Date): Promise<boolean> {
    return (await this.#database.change(claim, subject, until, this.#now())) === 1;
  }

  async read(subject: string): Promise<StoredIdentity | null> {
    const [row] = await this.#database.query(findIdentity, subject);
    return row ? readIdentity(row, this.#seal) : null;
  }

  async saveState(subject: string, state: Json): Promise<void> {
    const sealed = sealJson(this.#seal, state, purposeOf('identities.state_sealed', subject));
    await this.#database.change(saveState, subject, sealed);
  }

  async record(subject: string, outcome: CheckOutcome): Promise<void> {
    switch (outcome.status) {
      case 'current':
        return await this.#recordCurrent(subject, outcome);
      case 'gone':
        await this.#database.change(recordGone, subject, outcome.at, storableReason(outcome.reason));
        return;
      case 'unavailable':
        await this.#database.change(recordUnavailable, subject, outcome.at);
    }
  }

  async #recordCurrent(
    subject: string,
    { identity, at }: Extract<CheckOutcome, { status: 'current' }>,
  ): Promise<void> {
    const [row] = await this.#database.query(connectorOf, subject);
    if (!row) return;
    const values = upstreamValues(subject, text(row, 'connector_id'), identity, this.#seal);
    await this.#database.change(recordCurrent, subject, ...values, at);
  }
}

/** A reason is for people to read; losing a character of it must not lose the fact. */
function storableReason(reason: string): string {
  return reason.toWellFormed().replaceAll('\0', '\uFFFD');
}
