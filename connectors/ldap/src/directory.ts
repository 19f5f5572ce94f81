/** The directory as a whole: which server does a piece of work, and what is known about all of them. */
import { acceptsAnybody, bindService } from './bind.ts';
import type { LdapConfig } from './config.ts';
import { addressesOf, openConnection } from './connect.ts';
import { misconfigured } from './errors.ts';
import type { HostAndPort } from './host.ts';
import { Domains } from './people/domains.ts';
import type { Session } from './session.ts';
import type { LdapConnection } from './wire/connection.ts';

const STRANGER_CHECK_EVERY = 60 * 60 * 1000;

export class Directory {
  readonly config: LdapConfig;
  readonly now: () => Date;
  /** What `CORP\jane` means in it. */
  readonly domains: Domains;
  #strangersRefusedAt: number | undefined;

  constructor(config: LdapConfig, now: () => Date) {
    this.config = config;
    this.now = now;
    this.domains = new Domains(config, now);
  }

  /** The caller's signal, and the limit on the whole call. */
  deadline(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.config.timeouts.call)]);
  }

  /** `work` runs against one server; it begins anew on the next one where that server cannot be reached. */
  async use<T>(signal: AbortSignal, work: (session: Session) => Promise<T>): Promise<T> {
    const [address] = addressesOf(this.config);
    if (address === undefined) throw misconfigured('no server is configured');
    return this.#connected(address, signal, async (service) => {
      await bindService(service, this.config);
      return work({
        server: `${address.host}:${address.port}`,
        search: (query, page) => service.search(query, page),
        inTurn: (turn) => service.inTurn(turn),
        bind: (dn, password) => this.#connected(address, signal, (own) => own.bind(dn, password)),
      });
    });
  }

  async #connected<T>(
    address: HostAndPort,
    signal: AbortSignal,
    use: (connection: LdapConnection) => Promise<T>,
  ): Promise<T> {
    const connection = await openConnection(this.config, address, signal);
    try {
      return await use(connection);
    } finally {
      connection.close();
    }
  }

  /**
   * Throws where the directory accepts any name with any password: a test server left behind, a broken proxy. Asked
   * after a successful bind and at most once an hour, since every directory logs a refused bind.
   */
  async provesItRefusesStrangers(session: Session): Promise<void> {
    const now = this.now().getTime();
    if (this.#strangersRefusedAt !== undefined && now - this.#strangersRefusedAt < STRANGER_CHECK_EVERY)
      return;
    if (await acceptsAnybody(session, this.config)) {
      throw misconfigured(
        'the directory accepted a name that does not exist with a random password; nobody can sign in',
      );
    }
    this.#strangersRefusedAt = now;
  }
}
