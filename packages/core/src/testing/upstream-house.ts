/** One store and one upstream with as many replicas as wanted, and a clock that moves when somebody sleeps. */
import type { Identity, Json, RefreshCall, Refreshed } from '@gatehouse/connector-kit';
import { recordingLog } from '@gatehouse/connector-kit/testing';
import { type OpenConnector, UpstreamCheck } from '../identity/upstream-check.ts';
import type { StoredIdentity } from '../ports/identities.ts';
import { MemoryIdentityChecks } from './memory-ports.ts';

export type Ask = (identity: Identity<Json>, call: RefreshCall<Json>) => Promise<Refreshed<Json>>;

export class UpstreamHouse {
  #time: number;
  readonly #stored: StoredIdentity;
  readonly log = recordingLog();
  readonly checks: MemoryIdentityChecks;
  lifetimes = { upstreamCheck: 300, upstreamGrace: 3600, goneSuspension: 86_400 };
  /** What the brake on absences says. */
  absencesCount: () => Promise<boolean> = async () => true;
  /** How often it was asked. */
  judged = 0;
  asked = 0;
  /** Milliseconds. */
  slept = 0;
  configured = true;
  refreshable = true;
  upstream: Ask = stillHere;
  onSleep = () => {};
  deadline = () => new AbortController().signal;
  readonly #single: UpstreamCheck;

  /** @param age seconds since the identity was last confirmed */
  constructor(stored: StoredIdentity, age: number) {
    this.#stored = stored;
    this.#time = stored.checkedAt.getTime() + age * 1000;
    this.checks = new MemoryIdentityChecks(() => this.now(), [stored]);
    this.#single = this.replica();
  }

  get row(): StoredIdentity {
    return this.checks.rows.get(this.#stored.subject) ?? this.#stored;
  }

  now(): Date {
    return new Date(this.#time);
  }

  pass(seconds: number): void {
    this.#time += seconds * 1000;
  }

  /** A refresh that has just read the row. */
  check() {
    return this.#single.checkIdentity(this.row, new AbortController().signal);
  }

  replica(): UpstreamCheck {
    return new UpstreamCheck({
      identityChecks: this.checks,
      brake: { counts: () => this.#judge() },
      connectors: () => (this.configured ? this.#open() : undefined),
      lifetimes: this.lifetimes,
      now: () => this.now(),
      log: this.log,
      deadline: () => this.deadline(),
      sleep: async (milliseconds) => {
        this.onSleep();
        this.slept += milliseconds;
        this.#time += milliseconds;
      },
    });
  }

  #judge(): Promise<boolean> {
    this.judged += 1;
    return this.absencesCount();
  }

  #open(): OpenConnector {
    const connector = this.refreshable ? new CountedConnector(this) : {};
    return { connector, entry: { id: this.#stored.connectorId, rules: {} } };
  }
}

/** Uses `this`, as real ones do. */
class CountedConnector {
  readonly #house: UpstreamHouse;

  constructor(house: UpstreamHouse) {
    this.#house = house;
  }

  refresh(identity: Identity<Json>, call: RefreshCall<Json>): Promise<Refreshed<Json>> {
    this.#house.asked += 1;
    return this.#house.upstream(identity, call);
  }
}

export async function stillHere(identity: Identity<Json>): Promise<Refreshed<Json>> {
  return { status: 'current', identity };
}

export function throwing(error: Error): Ask {
  return () => Promise.reject(error);
}
