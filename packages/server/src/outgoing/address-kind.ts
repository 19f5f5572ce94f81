/** What kind of IP address this is: of the internet, of somebody's own network, or one that no upstream has. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * - `public`: of the internet.
 * - `private`: of this computer or of the network around it (RFC 1918, RFC 4193, RFC 6598, loopback).
 * - `special`: link-local (where clouds have their metadata service), unspecified, multicast, reserved, made for
 *   tunnels, or known as a cloud's metadata service elsewhere.
 */
export type AddressKind = 'public' | 'private' | 'special';

/** @param text an IP address, without brackets; anything else is `special` */
export function kindOf(text: string): AddressKind {
  const address = parse(text);
  if (address === null) return 'special';
  return address instanceof ipaddr.IPv6 ? kindOf6(address) : kindOf4(address);
}

export function isLoopback(text: string): boolean {
  const address = parse(text);
  if (address === null) return false;
  const mapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  return (mapped ? address.toIPv4Address() : address).range() === 'loopback';
}

/**
 * The library alone reads more than addresses (`127.1`, `0x7f000001`), and takes `::127.0.0.1` for a mapped one; whoever
 * connects may read them otherwise. Nor is there a zone (`%lo`).
 */
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (isIP(text) === 4) return ipaddr.IPv4.parse(text);
  if (isIP(text) !== 6 || text.includes('%')) return null;
  return ipaddr.IPv6.parse(new URL(`http://[${text}]`).hostname.slice(1, -1));
}

const privateRanges: ReadonlySet<string> = new Set(['loopback', 'private', 'carrierGradeNat', 'uniqueLocal']);

/** Within ranges that are private or public otherwise: Alibaba's, Oracle's and Amazon's (IPv6), Azure's wire server. */
const metadata: ReadonlySet<string> = new Set([
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  '168.63.129.16',
]);

function kindOf4(address: ipaddr.IPv4): AddressKind {
  if (metadata.has(address.toString())) return 'special';
  const range = address.range();
  if (range === 'unicast') return 'public';
  return privateRanges.has(range) ? 'private' : 'special';
}

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');
/** RFC 6052: its last 32 bits are an IPv4 address, to which a gateway sends what comes. */
const nat64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

function kindOf6(address: ipaddr.IPv6): AddressKind {
  if (address.isIPv4MappedAddress()) return kindOf4(address.toIPv4Address());
  if (address.match(nat64)) return kindOf4(new ipaddr.IPv4(address.toByteArray().slice(12)));
  if (metadata.has(address.toString())) return 'special';
  const range = address.range();
  if (privateRanges.has(range)) return 'private';
  return range === 'unicast' && address.match(globalUnicast) ? 'public' : 'special';
}
