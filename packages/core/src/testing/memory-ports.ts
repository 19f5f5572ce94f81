/** Ports in memory, for the rules' own tests. What they promise is proved on PostgreSQL by the storage package. */
import type { Json } from '@gatehouse/connector-kit';
import type { CheckOutcome, Gone, IdentityChecks, StoredIdentity } from '../ports/identities.ts';
import type { SigningKey, SigningKeys } from '../ports/signing-keys.ts';

export class MemoryIdentityChecks implements IdentityChecks {
  readonly #now: () => Date;
  readonly rows = new Map<string, StoredIdentity>();
  readonly #leases = new Map<string, Date>();

  constructor(now: () => Date, stored: readonly StoredIdentity[] = []) {
    this.#now = now;
    for (const identity of stored) this.rows.set(identity.subject, identity);
  }

  async claim(subject: string, until: Date): Promise<boolean> {
    const lease = this.#leases.get(subject);
    if (lease !== undefined && lease > this.#now()) return false;
    this.#leases.set(subject, until);
    return true;
  }

  async read(subject: string): Promise<StoredIdentity | null> {
    return this.rows.get(subject) ?? null;
  }

  async saveState(subject: string, state: Json): Promise<void> {
    const row = this.rows.get(subject);
    if (row) this.rows.set(subject, { ...row, identity: { ...row.identity, state } });
  }

  async record(subject: string, outcome: CheckOutcome): Promise<void> {
    this.#leases.delete(subject);
    const row = this.rows.get(subject);
    if (row && outcome.at >= row.checkedAt) this.rows.set(subject, applied(row, outcome));
  }

  async doubt(subject: string, at: Date): Promise<void> {
    const row = this.rows.get(subject);
    if (row) this.rows.set(subject, applied(row, { status: 'unavailable', at }));
  }

  async doubtAll(connectorId: string, at: Date): Promise<void> {
    const people = [...this.rows.values()].filter((row) => row.connectorId === connectorId);
    for (const { subject } of people) await this.doubt(subject, at);
  }

  async end(subject: string): Promise<boolean> {
    const gone = this.rows.get(subject)?.gone;
    return gone !== undefined && gone.until <= this.#now() && this.rows.delete(subject);
  }
}

function applied(row: StoredIdentity, outcome: CheckOutcome): StoredIdentity {
  const { subject, connectorId, lastLoginAt } = row;
  switch (outcome.status) {
    case 'current':
      return {
        subject,
        connectorId,
        lastLoginAt,
        identity: outcome.identity,
        checkedAt: outcome.at,
        ...doubtedSince(row, outcome.at),
      };
    case 'gone':
      return { ...row, checkedAt: outcome.at, gone: goneNow(row, outcome) };
    case 'unavailable':
      return { ...row, staleSince: row.staleSince ?? outcome.at };
  }
}

/** A doubt that came after the question stays. */
function doubtedSince({ staleSince }: StoredIdentity, at: Date): Pick<StoredIdentity, 'staleSince'> {
  return staleSince !== undefined && staleSince > at ? { staleSince } : {};
}

function goneNow({ gone: before }: StoredIdentity, now: CheckOutcome & { status: 'gone' }): Gone {
  const { at, reason } = now;
  const proof = before?.proof === 'stated' ? 'stated' : now.proof;
  return { at, reason, proof, since: before?.since ?? at, until: before?.until ?? now.until };
}

/** `update` runs one after the other, as it does under the database's lock. */
export class MemorySigningKeys implements SigningKeys {
  #keys: readonly SigningKey[] = [];
  #last: Promise<unknown> = Promise.resolve();

  async list(): Promise<readonly SigningKey[]> {
    return this.#keys;
  }

  update(
    change: (keys: readonly SigningKey[]) => Promise<readonly SigningKey[]>,
  ): Promise<readonly SigningKey[]> {
    const next = this.#last.then(async () => {
      this.#keys = await change(this.#keys);
      return this.#keys;
    });
    this.#last = next;
    return next;
  }
}
