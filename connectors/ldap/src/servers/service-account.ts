/** The bind as the account that searches. Its password is not shown again and again to a directory that refused it. */
import type { ConnectorError } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { describe, misconfigured } from '../errors.ts';
import type { LdapConnection, Terms } from '../wire/connection.ts';
import { NoAnswer } from '../wire/no-answer.ts';
import type { Result } from '../wire/response.ts';
import { isOutage, resultCode } from '../wire/result-code.ts';

/** Milliseconds; doubled with each refusal in a row. */
const FIRST_PAUSE = 10_000;
const LONGEST_PAUSE = 300_000;

interface Refusal {
  readonly error: ConnectorError;
  readonly at: number;
  readonly pause: number;
}

export class ServiceAccount {
  readonly #config: LdapConfig;
  readonly #now: () => Date;
  #refusal: Refusal | undefined;

  constructor(config: LdapConfig, now: () => Date) {
    this.#config = config;
    this.#now = now;
  }

  /** Whether searches are made as somebody. */
  get named(): boolean {
    return this.#config.bindDn !== undefined || this.#config.saslExternal;
  }

  /**
   * Attack: nobody's. A password that was changed in the directory alone, and a company that signs in in the morning,
   * would lock the service account within seconds; so one refusal counts for all servers, for a while.
   */
  refuseIfRefused(): void {
    const refusal = this.#refusal;
    if (refusal === undefined) return;
    const since = this.#now().getTime() - refusal.at;
    if (since >= 0 && since < refusal.pause) throw refusal.error;
  }

  /** Without an account the connection stays as it is: anonymous. */
  async bind(connection: LdapConnection, signal: AbortSignal): Promise<void> {
    if (!this.named) return;
    const result = await this.#ask(connection, { timeout: this.#config.timeouts.bind, signal });
    if (result.code === resultCode.success) {
      this.#refusal = undefined;
      return;
    }
    if (isOutage(result)) {
      throw new NoAnswer('busy', `the directory cannot bind now: ${describe(result)}`);
    }
    throw this.#remember(
      misconfigured(`the directory refused the service account ${this.#name()}: ${describe(result)}`),
    );
  }

  #ask(connection: LdapConnection, terms: Terms): Promise<Result> {
    const { bindDn, bindPassword } = this.#config;
    if (bindDn === undefined || bindPassword === undefined) return connection.bindExternal(terms);
    return connection.bind(bindDn, bindPassword, terms);
  }

  #name(): string {
    return this.#config.bindDn ?? 'of the client certificate';
  }

  #remember(error: ConnectorError): ConnectorError {
    const pause = Math.min(LONGEST_PAUSE, (this.#refusal?.pause ?? FIRST_PAUSE / 2) * 2);
    this.#refusal = { error, at: this.#now().getTime(), pause };
    return error;
  }
}
