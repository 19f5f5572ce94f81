/**
 * Looks names up for the sockets that connect.
 *
 * The attack: a name that was public when somebody looked is private a moment later (DNS rebinding). So nobody looks
 * beforehand: the addresses that a socket connects to are the very ones that were checked.
 */
import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Reach } from './reach.ts';

/** That of `node:dns`, in the one form that is used here. */
export type LookupAll = (
  hostname: string,
  options: { readonly all: true; readonly family?: number },
  callback: (error: NodeJS.ErrnoException | null, addresses: readonly LookedUpAddress[]) => void,
) => void;

export interface LookedUpAddress {
  readonly address: string;
  readonly family: number;
}

const system: LookupAll = (hostname, options, callback) =>
  systemLookup(hostname, options, (error, addresses) => callback(error, addresses ?? []));

export function guardedLookup(reach: Reach, lookup: LookupAll = system): LookupFunction {
  return (hostname, { all, family }, callback) => {
    const wanted = family === 4 || family === 6 ? { all: true as const, family } : { all: true as const };
    lookup(hostname, wanted, (error, found) => {
      if (error) return callback(error, '', 0);
      const allowed = found.filter(({ address }) => reach.allows(hostname, address));
      const [first] = allowed;
      if (first === undefined) {
        const addresses = found.map(({ address }) => address);
        return callback(reach.refusal(hostname, addresses), '', 0);
      }
      if (all) callback(null, [...allowed]);
      else callback(null, first.address, first.family);
    });
  };
}
