/** The queued writes of a unit, and which of them go out. */
import type { Outcome } from '@gatehouse/core';
import type { Call } from '../database/statement.ts';

interface Write {
  readonly calls: readonly Call[];
  /** Revoke, destroy, end: kept also when the request is refused. */
  readonly decision: boolean;
  /** A later save of the same thing takes the place of this one. */
  readonly key?: string;
}

export class Writes {
  #queue: Write[] = [];

  /** The provider library saves some things twice a request; only the last one is worth a statement. */
  save(key: string, calls: readonly Call[]): void {
    this.drop(key);
    this.#queue.push({ key, calls, decision: false });
  }

  /** A conditional write, of which each counts: rotate, consume, finish. */
  use(calls: readonly Call[]): void {
    this.#queue.push({ calls, decision: false });
  }

  /** A security decision. */
  decide(calls: readonly Call[]): void {
    this.#queue.push({ calls, decision: true });
  }

  /** Forgets a save that was queued but is not wanted any more. */
  drop(key: string): void {
    this.#queue = this.#queue.filter((write) => write.key !== key);
  }

  /** Empties the queue; what the outcome does not let out is forgotten. */
  take(outcome: Outcome): readonly Call[] {
    const queue = this.#queue;
    this.#queue = [];
    if (outcome === 'failed') return [];
    return queue.filter((write) => outcome === 'success' || write.decision).flatMap((write) => write.calls);
  }
}
