/** What a question to the upstream brings: stored at once, whatever becomes of the request. */
import type { Json } from '@gatehouse/connector-kit';
import {
  type CheckOutcome,
  type IdentityChecks,
  type Seal,
  type StoredIdentity,
  sealJson,
} from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { type Call, call, type Statement } from '../database/statement.ts';
import { purposeOf } from '../sealed.ts';
import { doubtEverybody } from './doubt-everybody.ts';
import { endOneGone } from './end-gone.ts';
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

/** In all three: what is older than the last sign-in is no news. A doubt that came after the question stays. */
const recordCurrent: Statement = {
  name: 'identity_record_current',
  text: `
    UPDATE identities SET
      upstream_id = $2, username = $3, display_name = $4, email = $5, email_verified = $6, groups = $7,
      authenticated_at = $8, authenticated_acr = $9, authenticated_amr = $10, has_authenticated = $11,
      upstream_session = $12, state_sealed = $13, checked_at = $14,
      stale_since = CASE WHEN stale_since > $14 THEN stale_since END,
      gone_at = NULL, gone_reason = NULL, gone_since = NULL, gone_until = NULL, gone_proof = NULL,
      answered_at = now(), answer = 'here'
    WHERE subject = $1 AND checked_at <= $14`,
};

/**
 * Gone since the first time, not since the last; once stated, stated; and counted once. `stale_since` stays, for the
 * case that this is taken back (absence-brakes.ts).
 */
const recordGone: Statement = {
  name: 'identity_record_gone',
  text: `
    UPDATE identities SET
      checked_at = $2, gone_at = $2, gone_reason = $3,
      gone_since = CASE WHEN gone_at IS NULL THEN $2 ELSE coalesce(gone_since, gone_at) END,
      gone_until = CASE WHEN gone_at IS NULL THEN $4 ELSE coalesce(gone_until, $4) END,
      gone_proof = CASE WHEN gone_at IS NOT NULL AND gone_proof = 'stated' THEN 'stated' ELSE $5 END,
      answered_at = CASE WHEN gone_at IS NULL THEN now() ELSE answered_at END,
      answer = CASE WHEN gone_at IS NULL THEN $5 ELSE answer END
    WHERE subject = $1 AND checked_at <= $2`,
};

/** Stale since the first failure, not since the last. */
const recordUnavailable: Statement = {
  name: 'identity_record_unavailable',
  text: `
    UPDATE identities SET stale_since = COALESCE(stale_since, $2) WHERE subject = $1 AND checked_at <= $2`,
};

const giveBack: Statement = {
  name: 'identity_give_back',
  text: 'UPDATE identities SET check_claimed_until = NULL WHERE subject = $1',
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
    await this.#database.commit([this.#recordCall(subject, outcome), call(giveBack, subject)]);
  }

  async doubt(subject: string, at: Date): Promise<void> {
    await this.#database.change(recordUnavailable, subject, at);
  }

  async doubtAll(connectorId: string, at: Date): Promise<void> {
    await doubtEverybody(this.#database, connectorId, at);
  }

  async end(subject: string): Promise<boolean> {
    return await endOneGone(this.#database, this.#now(), subject);
  }

  #recordCall(subject: string, outcome: CheckOutcome): Call {
    switch (outcome.status) {
      case 'current':
        return call(
          recordCurrent,
          subject,
          ...upstreamValues(subject, outcome.identity, this.#seal),
          outcome.at,
        );
      case 'gone':
        return call(
          recordGone,
          subject,
          outcome.at,
          storableReason(outcome.reason),
          outcome.until,
          outcome.proof,
        );
      case 'unavailable':
        return call(recordUnavailable, subject, outcome.at);
    }
  }
}

/** A reason is for people to read; losing a character of it must not lose the fact. */
function storableReason(reason: string): string {
  return reason.toWellFormed().replaceAll('\0', '\uFFFD');
}
