/** A session with one server: answers go to the work, and that there was none is kept for whoever began the work. */
import type { LdapConfig } from '../config.ts';
import { describe } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Session } from '../session.ts';
import type { LdapConnection, Page, SearchAnswer, SearchQuery } from '../wire/connection.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import type { Result } from '../wire/response.ts';
import { resultCode } from '../wire/result-code.ts';
import type { BindPool } from './bind-pool.ts';
import type { BindTries } from './bind-tries.ts';
import type { Lent } from './service-connection.ts';

/** How long a piece of work may wait, and what it has done so far. */
export interface Errand {
  /** The caller's. */
  readonly signal: AbortSignal;
  /** The caller's, and that another server can do it better. */
  readonly elsewhere: AbortSignal;
  /** Whether there is another server, which is up and was not tried. */
  readonly alternative: boolean;
  readonly tries: BindTries;
}

export interface SessionMeans {
  readonly server: string;
  readonly lent: Lent;
  readonly binds: BindPool;
  readonly timeouts: LdapConfig['timeouts'];
  /** Whether searches are made as somebody. */
  readonly named: boolean;
}

export class ServerSession implements Session {
  readonly server: string;
  readonly #means: SessionMeans;
  readonly #errand: Errand;
  readonly #allowance = { bytes: limits.workBytes };
  #noAnswer: NoAnswer | undefined;

  constructor(means: SessionMeans, errand: Errand) {
    this.server = means.server;
    this.#means = means;
    this.#errand = errand;
  }

  /** The first question that stayed without an answer. */
  get noAnswer(): NoAnswer | undefined {
    return this.#noAnswer;
  }

  search(query: SearchQuery, page?: Page): Promise<SearchAnswer> {
    return this.#searchOn(this.#means.lent.shared.connection, query, page);
  }

  searchTogether(query: SearchQuery): Promise<SearchAnswer> {
    const { underWay } = this.#means.lent.shared;
    return this.#watch(() => underWay.join(query, this.#errand.elsewhere, () => this.search(query)));
  }

  inPages<T>(work: (searches: Pick<Session, 'search'>) => Promise<T>): Promise<T> {
    const { pagedSearches } = this.#means.lent.shared;
    return this.#watch(() =>
      pagedSearches.run(this.#errand.elsewhere, (connection) =>
        work({ search: (query, page) => this.#searchOn(connection, query, page) }),
      ),
    );
  }

  async bind(dn: string, password: string): Promise<Result> {
    return this.#watch(async () => {
      const result = await this.#means.binds.bind({ dn, password, ...this.#errand });
      refuseOutage(result);
      this.#errand.tries.answered(result.code === resultCode.success);
      return result;
    });
  }

  #searchOn(connection: LdapConnection, query: SearchQuery, page?: Page): Promise<SearchAnswer> {
    const { lent, timeouts } = this.#means;
    const { elsewhere: signal } = this.#errand;
    const terms = { timeout: timeouts.search, signal, allowance: this.#allowance };
    return this.#watch(async () => {
      const answer = await lent.shared.searches.run(signal, () => connection.search(query, page, terms));
      refuseOutage(answer.result);
      if (connection === lent.shared.connection) this.#refuseUnbound(answer.result);
      return answer;
    });
  }

  /** Fresh from its bind, a connection that is told to bind is told so by a server that means the account itself. */
  #refuseUnbound(result: Result): void {
    const { lent, named } = this.#means;
    if (!named || !lent.used || !asksForBind(result)) return;
    lent.shared.connection.close();
    throw new NoAnswer('unbound', `the connection was no longer bound: ${describe(result)}`);
  }

  async #watch<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof NoAnswer) this.#noAnswer ??= error;
      throw error;
    }
  }
}

/** Not an answer to what was asked: another server can give one. */
function refuseOutage(result: Result): void {
  if (result.code === resultCode.busy || result.code === resultCode.unavailable) {
    throw new NoAnswer('busy', `the directory cannot answer now: ${describe(result)}`);
  }
}

/** RFC 4511 has `strongerAuthRequired`; Active Directory says `operationsError`, with this number in the words. */
function asksForBind({ code, message }: Result): boolean {
  return (
    code === resultCode.strongerAuthRequired ||
    (code === resultCode.operationsError && /000004DC|successful bind/i.test(message))
  );
}
