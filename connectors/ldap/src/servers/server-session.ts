/** A session with one server: answers go to the work, and that there was none is kept for whoever began the work. */
import type { LdapConfig } from '../config.ts';
import { describe } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Session } from '../session.ts';
import type { LdapConnection, Page, SearchAnswer, SearchQuery } from '../wire/connection.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import type { Result } from '../wire/response.ts';
import { isOutage, resultCode } from '../wire/result-code.ts';
import type { BindPool } from './bind-pool.ts';
import type { BindTries } from './bind-tries.ts';
import type { Lease } from './service-connection.ts';

/** How long a piece of work may wait, and what it has done so far. */
export interface WorkContext {
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
  readonly lease: Lease;
  readonly binds: BindPool;
  readonly timeouts: LdapConfig['timeouts'];
  /** Whether searches are made as somebody. */
  readonly named: boolean;
}

export class ServerSession implements Session {
  readonly server: string;
  readonly #means: SessionMeans;
  readonly #context: WorkContext;
  readonly #allowance = { bytes: limits.workBytes };
  #noAnswer: NoAnswer | undefined;

  constructor(means: SessionMeans, context: WorkContext) {
    this.server = means.server;
    this.#means = means;
    this.#context = context;
  }

  /** The first question that stayed without an answer. */
  get noAnswer(): NoAnswer | undefined {
    return this.#noAnswer;
  }

  search(query: SearchQuery, page?: Page): Promise<SearchAnswer> {
    return this.#searchOn(this.#means.lease.shared.connection, query, page);
  }

  searchTogether(query: SearchQuery): Promise<SearchAnswer> {
    const { underWay } = this.#means.lease.shared;
    return this.#watch(() => underWay.join(query, this.#context.elsewhere, () => this.search(query)));
  }

  inPages<T>(work: (searches: Pick<Session, 'search'>) => Promise<T>): Promise<T> {
    const { pagedSearches } = this.#means.lease.shared;
    return this.#watch(() =>
      pagedSearches.run(this.#context.elsewhere, (connection) =>
        work({ search: (query, page) => this.#searchOn(connection, query, page) }),
      ),
    );
  }

  async bind(dn: string, password: string): Promise<Result> {
    return this.#watch(async () => {
      const result = await this.#means.binds.bind({ dn, password, ...this.#context });
      refuseOutage(result);
      this.#context.tries.answered(result.code === resultCode.success);
      return result;
    });
  }

  #searchOn(connection: LdapConnection, query: SearchQuery, page?: Page): Promise<SearchAnswer> {
    const { lease, timeouts } = this.#means;
    const { elsewhere: signal } = this.#context;
    const terms = { timeout: timeouts.search, signal, allowance: this.#allowance };
    return this.#watch(async () => {
      const answer = await lease.shared.searches.run(signal, () => connection.search(query, page, terms));
      refuseOutage(answer.result);
      if (connection === lease.shared.connection) this.#refuseUnbound(answer.result);
      return answer;
    });
  }

  /** Fresh from its bind, a connection that is told to bind is told so by a server that means the account itself. */
  #refuseUnbound(result: Result): void {
    const { lease, named } = this.#means;
    if (!named || !lease.reused || !asksForBind(result)) return;
    lease.shared.connection.close();
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

function refuseOutage(result: Result): void {
  if (isOutage(result)) {
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
