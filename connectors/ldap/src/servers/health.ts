/** What is known about one server: whether it is up, and when it may be tried again. */

/** Milliseconds; doubled with each failure in a row. */
const FIRST_BACK_OFF = 1_000;
const LONGEST_BACK_OFF = 60_000;

export interface HealthOptions {
  readonly now: () => Date;
  /** Called once when the server goes away, and once when it is back. */
  readonly onChange: (up: boolean, reason: string) => void;
  readonly random?: () => number;
}

export class Health {
  readonly #options: HealthOptions;
  #failures = 0;
  #retryAt: number | undefined;
  #away = new AbortController();
  #knowledge = 0;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  get up(): boolean {
    return this.#retryAt === undefined;
  }

  /** Aborted when the server goes away: what can be done elsewhere leaves it at once. */
  get away(): AbortSignal {
    return this.#away.signal;
  }

  /** Grows with each failure. Work remembers where it began, so that twenty who met the same failure count as one. */
  get knowledge(): number {
    return this.#knowledge;
  }

  /** When the back-off ends, as a time; 0 where the server is up. */
  get retryAt(): number {
    return this.#retryAt ?? 0;
  }

  /** Whether the server is down, and has been for long enough to be asked again. */
  get due(): boolean {
    if (this.#retryAt === undefined) return false;
    const left = this.#retryAt - this.#options.now().getTime();
    // A clock that was put back must not make a back-off of hours.
    return left <= 0 || left > LONGEST_BACK_OFF;
  }

  failed(since: number, reason: string): void {
    if (since !== this.#knowledge) return;
    this.#knowledge += 1;
    this.#failures += 1;
    const backOff = Math.min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2 ** (this.#failures - 1));
    const { now, random = Math.random, onChange } = this.#options;
    const wasUp = this.up;
    // Half of it is random: the brokers of a house do not come back all at once.
    this.#retryAt = now().getTime() + backOff * (0.5 + random() / 2);
    if (!wasUp) return;
    onChange(false, reason);
    this.#away.abort();
  }

  /** It answers again. What it is worth shows in the work to come: the next failure backs off for longer. */
  answered(): void {
    if (this.up) return;
    this.#retryAt = undefined;
    this.#away = new AbortController();
    this.#options.onChange(true, '');
  }

  /** A piece of work that began then was done there to its end. */
  worked(since: number): void {
    if (since !== this.#knowledge) return;
    this.answered();
    this.#failures = 0;
  }
}
