/** Who the client is, seen through the proxies that the operator named. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Range = [Address, number];

export type TrustedProxies = (address: string) => boolean;

/** Addresses and CIDR ranges. @throws when one is neither; the configuration has been checked by then */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const parsed = ranges.map(parseRange);
  return (address) => {
    const ip = parseAddress(address);
    return ip !== null && parsed.some((range) => contains(range, ip));
  };
}

export interface Peer {
  readonly address: string;
  readonly host: string;
  readonly secure: boolean;
  /** The neighbour on the wire is a proxy of ours. */
  readonly proxied: boolean;
}

/** Reads `X-Forwarded-*` from trusted neighbours only; from everybody else they are words of the client. */
export function readPeer(req: IncomingMessage, trusted: TrustedProxies): Peer {
  const neighbour = normalise(req.socket.remoteAddress ?? '');
  const direct = { host: req.headers.host ?? '', secure: 'encrypted' in req.socket };
  if (!trusted(neighbour)) return { ...direct, address: neighbour, proxied: false };
  const protocol = lastOf(req.headers['x-forwarded-proto'])?.toLowerCase();
  return {
    address: walk(neighbour, listOf(req.headers['x-forwarded-for']), trusted),
    host: lastOf(req.headers['x-forwarded-host']) ?? direct.host,
    secure: protocol === undefined ? direct.secure : protocol === 'https',
    proxied: true,
  };
}

/** From the right, since each proxy appends whom it saw: the first hop that is not ours is the client. */
function walk(neighbour: string, hops: readonly string[], trusted: TrustedProxies): string {
  let client = neighbour;
  for (const hop of hops.toReversed()) {
    const ip = parseAddress(hop);
    // A proxy of ours would not write this; what stands further left is not to be believed either.
    if (ip === null) return client;
    client = ip.toString();
    if (!trusted(client)) return client;
  }
  return client;
}

/** One key per customer: an IPv6 network has 2^64 addresses to try from, an IPv4 address is one. */
export function addressGroup(address: string): string {
  const ip = parseAddress(address);
  if (ip === null) return 'unknown';
  if (ip.kind() === 'ipv4') return ip.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${ip.toNormalizedString()}/64`).toString()}/64`;
}

function parseRange(text: string): Range {
  if (text.includes('/')) return ipaddr.parseCIDR(text);
  const ip = ipaddr.process(text);
  return [ip, ip.kind() === 'ipv4' ? 32 : 128];
}

function contains([network, bits]: Range, ip: Address): boolean {
  return network.kind() === ip.kind() && ip.match(network, bits);
}

/** `::ffff:10.0.0.1` is 10.0.0.1. Ports and zone ids, which some proxies add, are left out. */
function parseAddress(text: string): Address | null {
  const bare = text
    .trim()
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
    .replace(/%.*$/, '');
  // Not ipaddr.js's own check: it takes `1`, `0x7f000001` and `127.1` for addresses.
  return isIP(bare) === 0 ? null : ipaddr.process(bare);
}

function normalise(address: string): string {
  return parseAddress(address)?.toString() ?? '';
}

function listOf(header: string | readonly string[] | undefined): readonly string[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(',');
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** The last value is the one that the neighbour itself wrote. */
function lastOf(header: string | readonly string[] | undefined): string | undefined {
  return listOf(header).at(-1);
}
