/** One server: its connections, and what came of the work that was begun there. */
import type { LdapConfig } from '../config.ts';
import { openConnection } from '../connect.ts';
import { present } from '../filters.ts';
import { type HostAndPort, nameOf } from '../host.ts';
import type { Session } from '../session.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { NoAnswer, reasonOf, type Silence } from '../wire/no-answer.ts';
import { BindPool } from './bind-pool.ts';
import { BindTries } from './bind-tries.ts';
import type { Health } from './health.ts';
import { ServerSession, type WorkContext } from './server-session.ts';
import type { ServiceAccount } from './service-account.ts';
import { type Lease, ServiceConnection } from './service-connection.ts';
import { Unserved } from './unserved.ts';

export type Work<T> = (session: Session) => Promise<T>;

export interface ServerMeans {
  readonly config: LdapConfig;
  readonly account: ServiceAccount;
  readonly health: Health;
  /** Ends what is being opened when the connector closes. */
  readonly closing: AbortSignal;
  readonly keepConnections: boolean;
}

/** What says that the server itself is in trouble, and not this one question or whoever asked. */
const troubles: readonly Silence[] = ['unreachable', 'lost', 'broken', 'silent', 'busy'];

export class Server {
  readonly name: string;
  readonly health: Health;
  readonly #address: HostAndPort;
  readonly #means: ServerMeans;
  readonly #service: ServiceConnection;
  readonly #binds: BindPool;
  /** All that are open. */
  readonly #connections = new Set<LdapConnection>();
  /** Pieces of work that run here now. */
  #underWay = 0;
  #retired = false;

  constructor(address: HostAndPort, means: ServerMeans) {
    const { config, closing, keepConnections, health } = means;
    this.name = nameOf(address);
    this.health = health;
    this.#address = address;
    this.#means = means;
    this.#service = new ServiceConnection(() => this.#openService(), keepConnections);
    this.#binds = new BindPool({
      open: (signal) => this.#open(AbortSignal.any([signal, closing])),
      most: config.pool.binds,
      idle: keepConnections ? config.pool.idle : 0,
      timeout: config.timeouts.bind,
    });
  }

  /** Throws `Unserved` where another server may do it, and what `work` throws where this one has answered. */
  async run<T>(work: Work<T>, context: WorkContext): Promise<T> {
    this.#underWay += 1;
    try {
      const first = await this.#tryOnce(work, context);
      if (first !== 'stale') return first.value;
      const second = await this.#tryOnce(work, context);
      if (second !== 'stale') return second.value;
      throw new Unserved(this.name, new NoAnswer('lost', 'the directory closed two connections in a row'));
    } finally {
      this.#underWay -= 1;
      if (this.#retired) this.retire();
    }
  }

  /** Whether it answers anything at all. Throws where it does not. */
  async probe(): Promise<void> {
    const since = this.health.knowledge;
    const { closing } = this.#means;
    const context = { signal: closing, elsewhere: closing, alternative: false, tries: new BindTries() };
    const rootEntry = {
      base: '',
      scope: 'base',
      filter: present('objectClass'),
      attributes: ['1.1'],
    } as const;
    try {
      await this.#tryOnce(async (session) => session.search(rootEntry), context);
      this.health.answered();
    } catch (error) {
      this.health.failed(since, String(error));
    }
  }

  /** It is no longer one of the directory's: what is under way there may end, and then its connections do. */
  retire(): void {
    this.#retired = true;
    if (this.#underWay === 0) this.close();
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Stale: a connection that was there before has turned out to be closed or unbound, which says nothing of the server. */
  async #tryOnce<T>(work: Work<T>, context: WorkContext): Promise<{ value: T } | 'stale'> {
    const since = this.health.knowledge;
    const lease = await this.#acquire(context, since);
    const session = new ServerSession(this.#sessionMeans(lease), context);
    try {
      const value = await work(session);
      if (session.noAnswer === undefined) this.health.worked(since);
      return { value };
    } catch (error) {
      const { noAnswer } = session;
      if (noAnswer === undefined) throw error;
      const isStale = lease.reused && endsConnection(noAnswer) && !lease.shared.connection.alive;
      if (isStale && !context.tries.over) return 'stale';
      this.#noteTrouble(noAnswer, since);
      throw context.signal.aborted ? error : new Unserved(this.name, noAnswer);
    } finally {
      this.#service.release(lease);
    }
  }

  async #acquire(context: WorkContext, since: number): Promise<Lease> {
    try {
      return await this.#service.acquire(context.elsewhere);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#noteTrouble(error, since);
      throw context.signal.aborted ? error : new Unserved(this.name, error);
    }
  }

  #noteTrouble(noAnswer: NoAnswer, since: number): void {
    const closed = this.#means.closing.aborted;
    if (!closed && troubles.includes(noAnswer.silence)) this.health.failed(since, reasonOf(noAnswer));
  }

  #sessionMeans(lease: Lease) {
    const { config, account } = this.#means;
    return {
      server: this.name,
      lease,
      binds: this.#binds,
      timeouts: config.timeouts,
      named: account.named,
    };
  }

  async #open(signal: AbortSignal): Promise<LdapConnection> {
    const connection = await openConnection(this.#means.config, this.#address, signal);
    this.#connections.add(connection);
    connection.onEnd(() => this.#connections.delete(connection));
    return connection;
  }

  async #openService(): Promise<LdapConnection> {
    const { account, closing } = this.#means;
    account.refuseIfRefused();
    const connection = await this.#open(closing);
    try {
      await account.bind(connection, closing);
      closing.throwIfAborted();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }
}

function endsConnection({ silence }: NoAnswer): boolean {
  return silence === 'lost' || silence === 'unbound';
}
