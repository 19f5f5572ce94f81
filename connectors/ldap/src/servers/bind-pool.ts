/**
 * The connections to one server on which passwords are checked, one at a time on each.
 *
 * After a "yes" a connection stays bound as that person until the next bind on it. Nothing is ever sent on it but
 * binds, so nothing is ever answered with that person's rights; one whose bind got no clear answer is closed.
 */
import { limits } from '../limits.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import type { Result } from '../wire/response.ts';
import { resultCode } from '../wire/result-code.ts';
import type { BindTries } from './bind-tries.ts';
import { Turns } from './turns.ts';

export interface BindPoolOptions {
  readonly open: (signal: AbortSignal) => Promise<LdapConnection>;
  /** Connections at once. */
  readonly most: number;
  /** Milliseconds that one is kept without use; 0 keeps none. */
  readonly idle: number;
  /** Milliseconds for the answer to a bind. */
  readonly timeout: number;
}

export interface BindOrder {
  readonly dn: string;
  readonly password: string;
  readonly tries: BindTries;
  /** Ends everything. */
  readonly signal: AbortSignal;
  /** Ends what comes before the password is sent: then another server can do it instead. */
  readonly elsewhere: AbortSignal;
  /** Whether there is another server to go to. */
  readonly alternative: boolean;
}

export class BindPool {
  readonly #options: BindPoolOptions;
  readonly #turns: Turns;
  /** The last one used is the next one taken, so that the others grow old. */
  readonly #idle = new Map<LdapConnection, NodeJS.Timeout>();
  #answered = 0;

  constructor(options: BindPoolOptions) {
    this.#options = options;
    this.#turns = new Turns({ atOnce: options.most, waiting: limits.waiting, what: 'a bind' });
  }

  bind(order: BindOrder): Promise<Result> {
    return this.#turns.run(order.elsewhere, async () => {
      const idle = this.#takeIdle();
      if (idle === undefined) return this.#bindOn(await this.#open(order), order);
      try {
        return await this.#bindOn(idle, order);
      } catch (error) {
        if (!(error instanceof NoAnswer) || error.silence !== 'lost') throw error;
        // Most likely the server never saw the password. There is one other try, and it is worth more on a server that
        // has not just closed a connection.
        if (order.alternative) throw new NoAnswer('stale', error.message, error.cause);
        return this.#bindOn(await this.#open(order), order);
      }
    });
  }

  #takeIdle(): LdapConnection | undefined {
    const connection = [...this.#idle.keys()].at(-1);
    if (connection === undefined) return undefined;
    this.#forget(connection);
    return connection;
  }

  async #open({ elsewhere }: BindOrder): Promise<LdapConnection> {
    const connection = await this.#options.open(elsewhere);
    connection.onEnd(() => this.#forget(connection));
    return connection;
  }

  async #bindOn(connection: LdapConnection, order: BindOrder): Promise<Result> {
    const { dn, password, tries, signal } = order;
    const before = this.#answered;
    try {
      tries.begin();
      const result = await connection.bind(dn, password, { timeout: this.#options.timeout, signal });
      this.#answered += 1;
      if (isClear(result)) this.#keep(connection);
      return result;
    } catch (error) {
      if (error instanceof NoAnswer) tries.unanswered();
      throw this.#answered > before ? asSlow(error) : error;
    } finally {
      if (!this.#idle.has(connection)) connection.close();
    }
  }

  #keep(connection: LdapConnection): void {
    if (this.#options.idle === 0 || !connection.alive) return;
    const timer = setTimeout(() => connection.close(), this.#options.idle);
    this.#idle.set(connection, timer.unref());
  }

  #forget(connection: LdapConnection): void {
    clearTimeout(this.#idle.get(connection));
    this.#idle.delete(connection);
  }
}

/** After anything unusual nobody knows what the server thinks of the connection. */
function isClear({ code }: Result): boolean {
  return code === resultCode.success || code === resultCode.invalidCredentials;
}

/** Other people's passwords were answered meanwhile: it is this bind that hangs, not the server. */
function asSlow(error: unknown): unknown {
  if (!(error instanceof NoAnswer) || error.silence !== 'silent') return error;
  return new NoAnswer('slow', error.message, error.cause);
}
