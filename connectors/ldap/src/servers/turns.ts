/** So many at once; others wait in line, and leave it when their signal says so. */
import { unavailable } from '../errors.ts';
import { NoAnswer } from '../wire/no-answer.ts';

export interface TurnsOptions {
  readonly atOnce: number;
  /** How many may stand in line. */
  readonly waiting: number;
  /** What they wait for, for the log: "a bind". */
  readonly what: string;
}

export class Turns {
  readonly #options: TurnsOptions;
  /** In the order of arrival. */
  readonly #line = new Set<() => void>();
  #taken = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Throws `unavailable` where the line is full. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#take(signal);
    try {
      return await work();
    } finally {
      this.#giveBack();
    }
  }

  async #take(signal: AbortSignal): Promise<void> {
    const { atOnce, waiting, what } = this.#options;
    if (signal.aborted) throw this.#left(signal);
    if (this.#taken < atOnce) {
      this.#taken += 1;
      return;
    }
    if (this.#line.size >= waiting) throw unavailable(`${waiting} others wait for ${what} already`);
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        this.#line.delete(go);
        reject(this.#left(signal));
      };
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      this.#line.add(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** The turn goes straight to the next: nobody can push in between. */
  #giveBack(): void {
    const [next] = this.#line;
    if (next === undefined) {
      this.#taken -= 1;
      return;
    }
    this.#line.delete(next);
    next();
  }

  #left(signal: AbortSignal): NoAnswer {
    return new NoAnswer(
      'left',
      `the call was ended while it waited for ${this.#options.what}`,
      signal.reason,
    );
  }
}
