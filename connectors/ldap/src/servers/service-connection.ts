/**
 * The connection to one server on which everybody's searches go out together. It is bound before the first search, and
 * where it breaks it is thrown away: what comes in its place is bound first, too.
 */
import { limits } from '../limits.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { leftConnecting, type NoAnswer, notAwaited } from '../wire/no-answer.ts';
import { PagedSearches } from './paged-searches.ts';
import { SearchesUnderWay } from './searches-under-way.ts';
import { Turns } from './turns.ts';
import { unlessAborted } from './unless-aborted.ts';

export class SharedConnection {
  readonly connection: LdapConnection;
  readonly underWay = new SearchesUnderWay();
  readonly searches = turns(limits.connectionSearches, 'a search');
  readonly pagedSearches: PagedSearches;

  constructor(connection: LdapConnection, openAnother: () => Promise<LdapConnection>) {
    this.connection = connection;
    this.pagedSearches = new PagedSearches(connection, openAnother);
  }
}

export interface Lease {
  readonly shared: SharedConnection;
  /** It was there before: the server may have closed it, or dropped its bind, while nobody looked. */
  readonly reused: boolean;
}

export class ServiceConnection {
  readonly #open: () => Promise<LdapConnection>;
  readonly #keep: boolean;
  #shared: SharedConnection | undefined;
  #opening: Promise<SharedConnection> | undefined;

  /** `open` connects and binds. `keep: false` opens one for each, which is for measuring what keeping is worth. */
  constructor(open: () => Promise<LdapConnection>, keep: boolean) {
    this.#open = open;
    this.#keep = keep;
  }

  /** All who come while it is being opened wait for the same opening; who leaves does not end it for the others. */
  async acquire(signal: AbortSignal): Promise<Lease> {
    if (!this.#keep) return { shared: new SharedConnection(await this.#open(), this.#open), reused: false };
    if (this.#shared?.connection.alive) return { shared: this.#shared, reused: true };
    this.#opening ??= this.#renew();
    const left = leftOpening(performance.now());
    return { shared: await unlessAborted(this.#opening, signal, left), reused: false };
  }

  release({ shared }: Lease): void {
    if (!this.#keep) shared.connection.close();
  }

  async #renew(): Promise<SharedConnection> {
    try {
      this.#shared = new SharedConnection(await this.#open(), this.#open);
      return this.#shared;
    } finally {
      this.#opening = undefined;
    }
  }
}

function turns(atOnce: number, what: string): Turns {
  return new Turns({ atOnce, waiting: limits.waiting, what });
}

function leftOpening(since: number) {
  return (reason: unknown): NoAnswer => notAwaited(reason, leftConnecting, since);
}
