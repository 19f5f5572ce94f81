/**
 * Searches in pages. OpenLDAP keeps one page cookie a connection, so one of them at a time goes out on the connection that
 * all share. Who comes meanwhile gets a connection for the purpose, and does not wait for somebody else's ten thousand
 * groups.
 */
import { limits } from '../limits.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { leftConnecting, NoAnswer } from '../wire/no-answer.ts';
import { Turns } from './turns.ts';
import { unlessAborted } from './unless-aborted.ts';

export class PagedSearches {
  readonly #shared: LdapConnection;
  readonly #open: () => Promise<LdapConnection>;
  readonly #others = new Turns({
    atOnce: limits.pagingConnections,
    waiting: limits.waiting,
    what: 'a search in pages',
  });
  #sharedIsTaken = false;

  /** `open` connects and binds. */
  constructor(shared: LdapConnection, open: () => Promise<LdapConnection>) {
    this.#shared = shared;
    this.#open = open;
  }

  async run<T>(signal: AbortSignal, work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    if (this.#sharedIsTaken) return this.#others.run(signal, () => this.#onItsOwn(signal, work));
    this.#sharedIsTaken = true;
    try {
      return await work(this.#shared);
    } finally {
      this.#sharedIsTaken = false;
    }
  }

  async #onItsOwn<T>(signal: AbortSignal, work: (connection: LdapConnection) => Promise<T>): Promise<T> {
    const opening = this.#open();
    try {
      return await work(await unlessAborted(opening, signal, leftOpening));
    } finally {
      opening.then(
        (connection) => connection.close(),
        () => {},
      );
    }
  }
}

function leftOpening(reason: unknown): NoAnswer {
  return new NoAnswer('left', leftConnecting, reason);
}
