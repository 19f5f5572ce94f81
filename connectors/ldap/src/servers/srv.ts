/** The servers that DNS names for a domain (RFC 2782), in the order in which they are to be asked. Pure. */
import type { SrvRecord } from 'node:dns';
import type { LdapConfig } from '../config.ts';
import type { HostAndPort } from '../host.ts';

type Srv = NonNullable<LdapConfig['srv']>;

/** More than a call could ever try. */
const MOST_SERVERS = 64;

export interface SrvQuestion {
  readonly name: string;
  /** Where the records name a port without TLS, and TLS is wanted from the first byte. */
  readonly ldapsPort: boolean;
}

/** The names to ask for, one after the other, until one has records. */
export function questionsFor({ domain }: Srv, ldaps: boolean): readonly SrvQuestion[] {
  if (domain.startsWith('_')) {
    return [{ name: domain, ldapsPort: ldaps && !domain.toLowerCase().startsWith('_ldaps.') }];
  }
  const plain = { name: `_ldap._tcp.${domain}`, ldapsPort: ldaps };
  return ldaps ? [{ name: `_ldaps._tcp.${domain}`, ldapsPort: false }, plain] : [plain];
}

/**
 * Attack: a forged answer names a server of the attacker's, who has a certificate for that name from a public
 * authority; the connection is then trusted, and hears passwords. So servers are within the domain, or within one that
 * the configuration names.
 */
export function isTrustedTarget(target: string, { domain, targets }: Srv): boolean {
  const name = withoutDot(target);
  return [domainOf(domain), ...targets].map(withoutDot).some((at) => name === at || name.endsWith(`.${at}`));
}

/** RFC 2782: by priority; among equals at random, by weight. `random` gives 0 ≤ n < 1. */
export function inOrder(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  const priorities = [...new Set(records.map(({ priority }) => priority))].toSorted((a, b) => a - b);
  return priorities.flatMap((priority) =>
    drawn(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}

export function addressFrom({ name, port }: SrvRecord, { ldapsPort }: SrvQuestion): HostAndPort {
  return { host: withoutDot(name), port: ldapsPort ? tlsPort(port) : port };
}

/** Each server once, and no more than could ever be asked. */
export function distinct(addresses: readonly HostAndPort[]): readonly HostAndPort[] {
  const byName = new Map(addresses.map((address) => [`${address.host}:${address.port}`, address]));
  return [...byName.values()].slice(0, MOST_SERVERS);
}

function drawn(records: readonly SrvRecord[], random: () => number): readonly SrvRecord[] {
  // Those of weight 0 first, which gives them the small chance that they are meant to have.
  const left = records.toSorted((a, b) => Math.sign(a.weight) - Math.sign(b.weight));
  const order: SrvRecord[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, { weight }) => total + weight, 0);
    let rest = Math.floor(random() * (sum + 1));
    const index = left.findIndex(({ weight }) => {
      rest -= weight;
      return rest <= 0;
    });
    order.push(...left.splice(index, 1));
  }
  return order;
}

/** The global catalog has a port of its own. */
function tlsPort(port: number): number {
  return port === 3268 || port === 3269 ? 3269 : 636;
}

/** `_ldap._tcp.dc._msdcs.corp.example` is about `corp.example`. */
function domainOf(name: string): string {
  const labels = name.split('.');
  return labels.slice(labels.findLastIndex((label) => label.startsWith('_')) + 1).join('.');
}

function withoutDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
