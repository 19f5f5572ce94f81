/**
 * How often a password was shown to the directory in one piece of work, over all servers.
 *
 * A bind without an answer may have been counted by the server all the same, and servers copy their counters to each
 * other. So there is one other try after it, and no third; and a password that was refused is never shown again.
 */
import { unavailable } from '../errors.ts';

const MOST_UNANSWERED = 2;

export class BindTries {
  #unanswered = 0;
  #accepted = false;
  #refused = false;

  /** Whether nothing of this work may be begun anew, here or elsewhere. */
  get over(): boolean {
    return this.#refused || this.#unanswered >= MOST_UNANSWERED;
  }

  /** Throws instead of asking a third time. */
  begin(): void {
    if (this.#unanswered >= MOST_UNANSWERED) {
      throw unavailable('a password was sent twice and not answered; it is not sent again');
    }
  }

  unanswered(): void {
    this.#unanswered += 1;
  }

  /** After a "yes" a refusal is that of a stranger, whom the directory has to refuse. */
  answered(accepted: boolean): void {
    if (accepted) this.#accepted = true;
    else if (!this.#accepted) this.#refused = true;
  }
}
