/** Where the servers of the directory are: as the configuration lists them, or as DNS says. */
import type { SrvRecord } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import type { Log } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { addressesOf, usesLdaps } from '../connect.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { type HostAndPort, nameOf } from '../host.ts';
import { addressFrom, distinct, inOrder, isTrustedTarget, questionsFor } from './srv.ts';

/** Milliseconds. Node does not tell how long an answer of DNS may be kept. */
const FRESH = 300_000;
const AGAIN_AFTER_FAILURE = 30_000;

export interface SrvResolver {
  resolveSrv(name: string): Promise<readonly SrvRecord[]>;
}

export interface ServerListMeans {
  readonly now: () => Date;
  readonly log: Log;
  readonly resolver?: SrvResolver | undefined;
  readonly random?: () => number;
}

export type ServerList = (signal: AbortSignal) => Promise<readonly HostAndPort[]>;

export function serverList(config: LdapConfig, means: ServerListMeans): ServerList {
  if (config.srv === undefined) {
    const listed = addressesOf(config);
    return async () => listed;
  }
  const found = new FoundServers(config, config.srv, means);
  return () => found.current();
}

/** Asks DNS again every few minutes, in the background: the last answer serves until there is a new one. */
class FoundServers {
  readonly #config: LdapConfig;
  readonly #srv: NonNullable<LdapConfig['srv']>;
  readonly #means: ServerListMeans;
  readonly #resolver: SrvResolver;
  #servers: readonly HostAndPort[] | undefined;
  /** The records that the order was drawn for. */
  #drawnFor = '';
  #asking: Promise<readonly HostAndPort[]> | undefined;
  #askAgainAt = 0;
  #failing = false;

  constructor(config: LdapConfig, srv: NonNullable<LdapConfig['srv']>, means: ServerListMeans) {
    this.#config = config;
    this.#srv = srv;
    this.#means = means;
    this.#resolver = means.resolver ?? new Resolver({ timeout: config.timeouts.connect, tries: 2 });
  }

  async current(): Promise<readonly HostAndPort[]> {
    const known = this.#servers;
    if (known === undefined) return this.#ask();
    const left = this.#askAgainAt - this.#means.now().getTime();
    if (left <= 0 || left > FRESH) void this.#ask().catch(() => {});
    return known;
  }

  #ask(): Promise<readonly HostAndPort[]> {
    this.#asking ??= this.#resolve().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #resolve(): Promise<readonly HostAndPort[]> {
    try {
      this.#servers = await this.#find();
      this.#failing = false;
      this.#waitFor(FRESH);
      return this.#servers;
    } catch (error) {
      // An outage of DNS, or a zone that lost its records, is no reason to forget where the directory is.
      if (this.#servers !== undefined && !this.#failing) {
        this.#means.log.warn({ domain: this.#srv.domain, error }, 'ldap servers not found again in DNS');
      }
      this.#failing = true;
      this.#waitFor(AGAIN_AFTER_FAILURE);
      throw error;
    }
  }

  #waitFor(milliseconds: number): void {
    this.#askAgainAt = this.#means.now().getTime() + milliseconds;
  }

  async #find(): Promise<readonly HostAndPort[]> {
    const questions = questionsFor(this.#srv, usesLdaps(this.#config));
    for (const question of questions) {
      const records = await this.#lookUp(question.name);
      if (records.length === 0) continue;
      const trusted = this.#trusted(records);
      // Drawn once for the same records: another order each time would be another server each time.
      const asText = JSON.stringify([question.name, trusted.map(textOf).toSorted()]);
      if (this.#servers !== undefined && asText === this.#drawnFor) return this.#servers;
      this.#drawnFor = asText;
      const order = inOrder(trusted, this.#means.random ?? Math.random);
      return distinct(order.map((record) => addressFrom(record, question)));
    }
    const names = questions.map(({ name }) => name).join(' and ');
    throw misconfigured(`DNS has no servers under ${names}: correct \`srv\`, or name them under \`host\``);
  }

  /** Empty where there are no such records; throws `unavailable` where DNS did not answer. */
  async #lookUp(name: string): Promise<readonly SrvRecord[]> {
    try {
      const records = await this.#resolver.resolveSrv(name);
      // RFC 2782: a target of "." says that there is decidedly no such service.
      return records.filter((record) => record.name !== '' && record.name !== '.');
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
      throw unavailable(`DNS did not say which servers ${name} has`, error);
    }
  }

  #trusted(records: readonly SrvRecord[]): readonly SrvRecord[] {
    const trusted = records.filter(({ name }) => isTrustedTarget(name, this.#srv));
    if (trusted.length === records.length) return trusted;
    const strange = records.filter((record) => !trusted.includes(record)).map(({ name }) => name);
    if (trusted.length === 0) {
      throw misconfigured(
        `DNS names servers outside of ${this.#srv.domain}: ${strange.join(', ')}; if they are yours, name their domain under \`srv.targets\``,
      );
    }
    if (this.#servers === undefined) {
      this.#means.log.warn({ servers: strange }, 'ldap servers outside of the domain are left out');
    }
    return trusted;
  }
}

function textOf({ priority, weight, port, name }: SrvRecord): string {
  return `${priority} ${weight} ${nameOf({ host: name, port })}`;
}
