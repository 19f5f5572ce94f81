/**
 * How much of the room for pending sign-ins one address may take.
 *
 * Attack: one computer begins sign-ins without end. Each takes the place of the oldest, and nobody else's lives until
 * the password is typed. So an address gets a quarter of the places, for as long as a sign-in lives. The count is this
 * process's own: it must cost nothing to refuse, and three replicas still leave a quarter free.
 */
import { BrokerError } from '@gatehouse/core';
import { addressGroup } from '../http/trusted-proxies.ts';

/**
 * A sign-in begins at `/auth`, a login where the browser leaves for an upstream. A ticket takes no place, and costs
 * work. Each is counted for itself.
 */
export type Begun = 'sign-in' | 'login' | 'ticket';

/** Milliseconds; what is begun lives no longer. */
const window = 10 * 60_000;
/** Addresses that are counted at once; the one that came first is forgotten. */
const mostAddresses = 100_000;

interface Count {
  readonly until: number;
  begun: number;
}

export class BegunSignIns {
  readonly #share: number;
  readonly #now: () => Date;
  readonly #counts = new Map<string, Count>();

  constructor(pendingSignIns: number, now: () => Date) {
    this.#share = Math.ceil(pendingSignIns / 4);
    this.#now = now;
  }

  /** @throws BrokerError `too_many_attempts` */
  count(what: Begun, address: string): void {
    const now = this.#now().getTime();
    const count = this.#countOf(`${what} ${addressGroup(address)}`, now);
    if (count.begun >= this.#share) {
      const reason = `one address has begun ${this.#share} of limits.pendingSignIns (${what})`;
      throw new BrokerError('too_many_attempts', { reason, retryAfter: (count.until - now) / 1000 });
    }
    count.begun += 1;
  }

  #countOf(key: string, now: number): Count {
    const known = this.#counts.get(key);
    if (known !== undefined && known.until > now) return known;
    const fresh = { until: now + window, begun: 0 };
    // Deleted first, so that the order is that of the windows.
    this.#counts.delete(key);
    this.#counts.set(key, fresh);
    const [oldest] = this.#counts.keys();
    if (this.#counts.size > mostAddresses && oldest !== undefined) this.#counts.delete(oldest);
    return fresh;
  }
}
