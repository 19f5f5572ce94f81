/**
 * Where the requests of one connector may go.
 *
 * The attack: an upstream, or whoever plays it, names an address inside the operator's network as its token endpoint,
 * key set or avatar, and we go and ask it (SSRF). Only the operator's own configuration opens the inside.
 */
import { isIP } from 'node:net';
import { HttpFailure, type HttpNeeds } from '@gatehouse/connector-kit';
import { type AddressKind, isLoopback, kindOf } from './address-kind.ts';

export class Reach {
  readonly #hosts: ReadonlySet<string>;
  readonly #plainOrigins: ReadonlySet<string>;

  constructor({ urls = [], insecureHttp = false }: HttpNeeds) {
    const named = urls.map((url) => new URL(url));
    this.#hosts = new Set(named.map(hostOf));
    this.#plainOrigins = new Set(
      named
        .filter((url) => url.protocol === 'http:' && (insecureHttp || isThisComputer(hostOf(url))))
        .map(({ origin }) => origin),
    );
  }

  /** Whether the operator wrote this host. */
  names(host: string): boolean {
    return this.#hosts.has(host);
  }

  /**
   * What can be said before a name is looked up. @throws HttpFailure
   * `URL` has already made one of all the ways to write an address: `0x7f.1`, `2130706433`, `[::ffff:127.0.0.1]`.
   */
  check(url: URL): void {
    const host = hostOf(url);
    if (url.protocol === 'http:' && !this.#plainOrigins.has(url.origin)) {
      throw new HttpFailure(
        'plain_http',
        `${url.origin} is not HTTPS, and everybody on the way can read along`,
      );
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      throw new HttpFailure('plain_http', `${url.protocol} is not HTTPS`);
    }
    if (isIP(host) !== 0 && !this.allows(host, host)) throw this.refusal(host, [host]);
    // Where a proxy looks names up, no address is seen here.
    if (isLocalName(host) && !this.names(host)) throw this.refusal(host, ['127.0.0.1']);
  }

  /** A name of the configuration may lead inside; what no upstream has must be written as an address. */
  allows(host: string, address: string): boolean {
    const kind = kindOf(address);
    if (kind === 'public') return true;
    if (!this.names(host)) return false;
    return kind === 'private' || host === address;
  }

  refusal(host: string, addresses: readonly string[]): HttpFailure {
    const kinds = new Set(addresses.map((address) => kindOf(address)));
    return new HttpFailure('address', `${host} ${whatItIs(kinds)}`);
  }
}

function whatItIs(kinds: ReadonlySet<AddressKind>): string {
  if (kinds.has('private')) {
    return 'has a private address, and only hosts that the configuration of this connector names may have one';
  }
  return 'has an address that no upstream has (link-local, metadata service, multicast or reserved)';
}

/** Without the brackets of IPv6; as the resolver and `isIP` want it. */
export function hostOf({ hostname }: URL): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

function isThisComputer(host: string): boolean {
  return isLocalName(host) || isLoopback(host);
}

/** RFC 6761, section 6.3. */
function isLocalName(host: string): boolean {
  return /(^|\.)localhost\.?$/.test(host);
}
