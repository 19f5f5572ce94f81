/** The directory as a whole: which server does a piece of work, and what is known about all of them. */
import type { Log } from '@gatehouse/connector-kit';
import { ComparingServers } from './account/comparing-servers.ts';
import { acceptsAnybody } from './bind.ts';
import type { LdapConfig } from './config.ts';
import { misconfigured } from './errors.ts';
import { nameOf } from './host.ts';
import { Domains } from './people/domains.ts';
import { Health } from './servers/health.ts';
import { Server, type Work } from './servers/server.ts';
import { type SrvResolver, serverList } from './servers/server-list.ts';
import { Servers } from './servers/servers.ts';
import { ServiceAccount } from './servers/service-account.ts';
import type { Session } from './session.ts';
import { NoAnswer } from './wire/no-answer.ts';

const STRANGER_CHECK_EVERY = 60 * 60 * 1000;

export interface DirectoryMeans {
  readonly log: Log;
  /** Default: the machine's own. */
  readonly resolver?: SrvResolver;
  /** Default true. False makes a connection for each bind and each piece of work, for measuring what that costs. */
  readonly keepConnections?: boolean;
}

const noLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export class Directory {
  readonly config: LdapConfig;
  readonly now: () => Date;
  /** What `CORP\jane` means in it. */
  readonly domains: Domains;
  /** Whose word about an expired password proves that it is the right one. */
  readonly comparing = new ComparingServers();
  readonly #servers: Servers;
  readonly #closing = new AbortController();
  /** By server: when it last proved that it is not one that lets in anybody. */
  readonly #strangersRefusedAt = new Map<string, number>();

  constructor(config: LdapConfig, now: () => Date, means: DirectoryMeans = { log: noLog }) {
    this.config = config;
    this.now = now;
    this.domains = new Domains(config, now);
    this.#servers = this.#openServers(means);
  }

  /** The caller's signal, and the limit on the whole call. */
  deadline(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.config.timeouts.call)]);
  }

  /**
   * `work` runs against one server, and begins anew on the next one where that server gave no answer. So it may run
   * more than once, but never again after a password was refused.
   *
   * `which` leaves out servers by their `session.server`: to ask a second one, or each by itself.
   */
  use<T>(signal: AbortSignal, work: Work<T>, which: (server: string) => boolean = () => true): Promise<T> {
    return this.#servers.use(signal, work, which);
  }

  /** `host:port` of each server, in order of preference; those that DNS names, with `srv`. */
  servers(signal: AbortSignal): Promise<readonly string[]> {
    return this.#servers.names(signal);
  }

  /** Ends every connection, and whatever is under way. */
  close(): void {
    this.#closing.abort(new NoAnswer('left', 'the connector is closed'));
    this.#servers.close();
  }

  #openServers({ log, resolver, keepConnections = true }: DirectoryMeans): Servers {
    const { config, now } = this;
    const account = new ServiceAccount(config, now);
    const closing = this.#closing.signal;
    return new Servers({
      list: serverList(config, { now, log, resolver }),
      open: (address) => {
        const server = nameOf(address);
        const onChange = (up: boolean, reason: string) => {
          if (up) log.info({ server }, 'ldap server is back');
          else log.warn({ server, reason }, 'ldap server went away');
        };
        const health = new Health({ now, onChange });
        return new Server(address, { config, account, health, closing, keepConnections });
      },
    });
  }

  /**
   * Throws where the directory accepts any name with any password: a test server left behind, a broken proxy. Asked
   * after a successful bind and at most once an hour and server, since every directory logs a refused bind.
   */
  async provesItRefusesStrangers(session: Session): Promise<void> {
    const now = this.now().getTime();
    const before = this.#strangersRefusedAt.get(session.server);
    if (before !== undefined && now - before < STRANGER_CHECK_EVERY) return;
    if (await acceptsAnybody(session, this.config)) {
      throw misconfigured(
        'the directory accepted a name that does not exist with a random password; nobody can sign in',
      );
    }
    this.#strangersRefusedAt.set(session.server, now);
  }
}
