/**
 * Where connections come from. Each use gets a connection of its own and loses it afterwards; a pool of service
 * connections would live here, and nowhere else would change.
 */
import { acceptsAnybody, bindService } from './bind.ts';
import type { LdapConfig } from './config.ts';
import { openConnection } from './connect.ts';
import { misconfigured } from './errors.ts';
import type { LdapConnection } from './wire/connection.ts';

const STRANGER_CHECK_EVERY = 60 * 60 * 1000;

export class Directory {
  readonly config: LdapConfig;
  readonly now: () => Date;
  #strangersRefusedAt: number | undefined;

  constructor(config: LdapConfig, now: () => Date) {
    this.config = config;
    this.now = now;
  }

  /** The caller's signal, and the limit on the whole call. */
  deadline(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, AbortSignal.timeout(this.config.timeouts.call)]);
  }

  /** A connection that may search. */
  async asService<T>(signal: AbortSignal, use: (connection: LdapConnection) => Promise<T>): Promise<T> {
    return this.unbound(signal, async (connection) => {
      await bindService(connection, this.config);
      return use(connection);
    });
  }

  /** A connection for one bind as a person. It is never searched on: a directory would answer with that person's rights. */
  async unbound<T>(signal: AbortSignal, use: (connection: LdapConnection) => Promise<T>): Promise<T> {
    const connection = await openConnection(this.config, signal);
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
  async provesItRefusesStrangers(signal: AbortSignal): Promise<void> {
    const now = this.now().getTime();
    if (this.#strangersRefusedAt !== undefined && now - this.#strangersRefusedAt < STRANGER_CHECK_EVERY)
      return;
    const accepted = await this.unbound(signal, (connection) => acceptsAnybody(connection, this.config));
    if (accepted) {
      throw misconfigured(
        'the directory accepted a name that does not exist with a random password; nobody can sign in',
      );
    }
    this.#strangersRefusedAt = now;
  }
}
