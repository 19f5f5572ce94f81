/**
 * How much password hashing happens at once.
 *
 * A hash run holds tens of megabytes and a core, on threads that Node also needs for files and names. A
 * burst of sign-ins therefore waits in a short line, and past its end is told to come back.
 */
import { ConnectorError } from '@gatehouse/connector-kit';
import { aborted, refuseIfAborted, untilAborted } from './aborted.ts';

export interface HashQueueLimits {
  readonly atOnce: number;
  readonly waiting: number;
}

export const defaultLimits: HashQueueLimits = { atOnce: 2, waiting: 64 };

export class HashQueue {
  readonly #limits: HashQueueLimits;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limits: HashQueueLimits = defaultLimits) {
    this.#limits = limits;
  }

  /** Work that has started runs to its end and keeps its place; the caller stops waiting when `signal` fires. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    refuseIfAborted(signal);
    await this.#place(signal);
    const done = work().finally(() => this.#leave());
    return untilAborted(done, signal);
  }

  async #place(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#limits.atOnce) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.size >= this.#limits.waiting) {
      throw new ConnectorError('unavailable', {
        reason: 'too many sign-ins are being checked at once',
        retryAfter: 2,
      });
    }
    await this.#wait(signal);
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const called = () => {
        signal.removeEventListener('abort', left);
        resolve();
      };
      const left = () => {
        this.#waiting.delete(called);
        reject(aborted(signal));
      };
      this.#waiting.add(called);
      signal.addEventListener('abort', left, { once: true });
    });
  }

  /** Hands the place to the next in line, so that nobody who has just come can overtake. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
