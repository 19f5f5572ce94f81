/** Tries of one process, where the command serves its pages itself and needs no database. */
import { createHash } from 'node:crypto';
import type { Arrival } from '@gatehouse/connector-kit';
import type { OpenTry, Tries, TryFindings, TryOffer } from '../ports/tries.ts';

interface Held {
  readonly offer: TryOffer;
  browser?: string;
  arrival?: Arrival;
  findings?: TryFindings;
}

export class MemoryTries implements Tries {
  readonly #held = new Map<string, Held>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  async open(offer: TryOffer): Promise<void> {
    this.#held.set(hashOf(offer.id), { offer });
  }

  async find(id: string, browser?: string): Promise<OpenTry | null> {
    const held = this.#current(id);
    if (held === undefined) return null;
    const { offer, arrival, findings } = held;
    return {
      offer,
      begun: begunBy(held, browser),
      ...(arrival && { arrival }),
      ...(findings && { findings }),
    };
  }

  async findByToken(token: string): Promise<TryOffer | null> {
    const all = [...this.#held.values()].map(({ offer }) => offer);
    const offer = all.find((each) => hashOf(each.token) === hashOf(token));
    return offer !== undefined && offer.expiresAt > this.#now() ? offer : null;
  }

  async isExpected(connectorId: string): Promise<boolean> {
    return [...this.#held.values()].some(
      (held) =>
        held.offer.connectorId === connectorId &&
        held.offer.expiresAt > this.#now() &&
        held.browser !== undefined &&
        isOpen(held),
    );
  }

  async begin(id: string, browser: string): Promise<boolean> {
    const held = this.#current(id);
    if (held === undefined || begunBy(held, browser) === 'elsewhere' || !isOpen(held)) return false;
    held.browser = hashOf(browser);
    return true;
  }

  async arrive(id: string, browser: string, arrival: Arrival): Promise<boolean> {
    const held = this.#current(id);
    if (held === undefined || begunBy(held, browser) !== 'here' || !isOpen(held)) return false;
    held.arrival = arrival;
    return true;
  }

  async conclude(id: string, findings: TryFindings): Promise<void> {
    const held = this.#current(id);
    if (held === undefined) return;
    held.findings = findings;
    delete held.arrival;
  }

  async close(id: string): Promise<void> {
    this.#held.delete(hashOf(id));
  }

  #current(id: string): Held | undefined {
    const held = this.#held.get(hashOf(id));
    return held !== undefined && held.offer.expiresAt > this.#now() ? held : undefined;
  }
}

function isOpen({ arrival, findings }: Held): boolean {
  return arrival === undefined && findings === undefined;
}

function begunBy({ browser }: Held, asking: string | undefined): OpenTry['begun'] {
  if (browser === undefined) return 'no';
  return asking !== undefined && browser === hashOf(asking) ? 'here' : 'elsewhere';
}

/** What is compared is the hash, so that how long it takes tells nothing of the secret. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
