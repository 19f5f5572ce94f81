/** People as their upstream last described them, before our rules. */
import type { Identity, Json, ProofOfLeaving } from '@gatehouse/connector-kit';

export interface StoredIdentity {
  /** Our `sub`; derived from the two ids below. */
  readonly subject: string;
  readonly connectorId: string;
  readonly identity: Identity<Json>;
  /** When the upstream last confirmed this. */
  readonly checkedAt: Date;
  /** Since when the upstream could not be asked; absent when the last attempt succeeded. */
  readonly staleSince?: Date;
  /** The upstream's last word was that the person has left. Suspended, not erased: they may come back. */
  readonly gone?: Gone;
  readonly lastLoginAt: Date;
}

export interface Gone {
  /** The first time the upstream said so, and the last. */
  readonly since: Date;
  readonly at: Date;
  /** The suspension ends, and with it all sessions. A new sign-in before or after that begins anew. */
  readonly until: Date;
  readonly reason: string;
  /** Once it was stated it stays so. */
  readonly proof: ProofOfLeaving;
}

/** Within a unit of work. */
export interface Identities {
  find(subject: string): Promise<StoredIdentity | null>;
  save(identity: StoredIdentity): void;
}

/** Outside any unit: what a question to the upstream brings is stored at once, whatever becomes of the request. */
export interface IdentityChecks {
  /** Takes the right to ask the upstream about this person, over all replicas; false while another has it. */
  claim(subject: string, until: Date): Promise<boolean>;
  /** The stored identity as it is now, past any unit's cache. */
  read(subject: string): Promise<StoredIdentity | null>;
  /** A rotated upstream token. */
  saveState(subject: string, state: Json): Promise<void>;
  /**
   * Stores the outcome and gives the right back. `unavailable` sets `staleSince` unless it is set already. An outcome
   * from before `checkedAt` only gives the right back: the person has signed in again in the meantime.
   */
  record(subject: string, outcome: CheckOutcome): Promise<void>;
  /** What is known may not hold any more: the next who asks does not take it for young. Nobody's right is given back. */
  doubt(subject: string, at: Date): Promise<void>;
  /** The same of everybody who signed in through this connector. */
  doubtAll(connectorId: string, at: Date): Promise<void>;
  /**
   * Ends a suspension that is over: the person's sessions, offline sessions and grants, and the identity itself.
   * False if it is not over (any more), or if the brake on absences is closed and there is no better proof.
   */
  end(subject: string): Promise<boolean>;
}

/** `at` is when the question was asked, not when it was answered. */
export type CheckOutcome =
  | { readonly status: 'current'; readonly identity: Identity<Json>; readonly at: Date }
  /** `until` counts for who was not gone before. */
  | ({ readonly status: 'gone' } & Omit<Gone, 'since'>)
  | { readonly status: 'unavailable'; readonly at: Date };
