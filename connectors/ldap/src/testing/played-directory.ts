/** A directory that a test plays: jane is in it, with the password `right`, and it is honest but for what the test adds. */
import type { Socket } from 'node:net';
import { suffix } from '../../../../tests/support/directory-tree.ts';
import {
  type Behaviour,
  bindResult,
  entry,
  type HostileLdap,
  type LdapRequest,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const ids = new Map([
  ['jane', '5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11'],
  ['mallory', '00000000-0000-4000-8000-00000000bad0'],
]);

export interface PlayedDirectory extends HostileLdap {
  /** One word for each bind: `service`, `jane`, `wrong`, `stranger`. */
  readonly binds: readonly string[];
  /** Searches on connections that were not bound at that time. */
  readonly anonymousSearches: () => number;
  readonly sockets: readonly Socket[];
}

/** Undefined: answer as an honest directory. */
export type Play = (request: LdapRequest, count: number) => Iterable<Buffer> | undefined;

export const playedConfig = {
  insecureNoTls: true,
  bindDn: `cn=service,${suffix}`,
  bindPassword: 'service-password',
  userSearch: { baseDn: people, username: 'uid' },
};

/** `play` is asked first, with the number of this request among those of its kind, from 1. */
export async function playDirectory(play: Play = () => undefined): Promise<PlayedDirectory> {
  const binds: string[] = [];
  const sockets = new Set<Socket>();
  const bound = new Set<Socket>();
  const counts = new Map<string, number>();
  let anonymousSearches = 0;

  const honest: Behaviour = ({ id, kind, socket, bytes }) => {
    if (kind === 'bind') {
      const code = ['service', 'jane'].includes(whose(bytes)) ? 0 : 49;
      if (code === 0) bound.add(socket);
      else bound.delete(socket);
      return [bindResult(id, code)];
    }
    if (kind !== 'search') return [];
    // Who asks without a name is shown somebody else.
    const name = bound.has(socket) ? 'jane' : 'mallory';
    return [entry(id, `cn=${name},${people}`, attributesOf(name)), searchResult(id)];
  };

  const server = await startHostileLdap((request) => {
    const count = (counts.get(request.kind) ?? 0) + 1;
    counts.set(request.kind, count);
    sockets.add(request.socket);
    if (request.kind === 'bind') binds.push(whose(request.bytes));
    if (request.kind === 'search' && !bound.has(request.socket)) anonymousSearches += 1;
    return play(request, count) ?? honest(request);
  });
  return {
    port: server.port,
    asked: server.asked,
    stop: () => server.stop(),
    binds,
    anonymousSearches: () => anonymousSearches,
    get sockets() {
      return [...sockets];
    },
  };
}

export function whose(bind: Buffer): string {
  const text = bind.toString('latin1');
  if (text.includes('service-password')) return 'service';
  if (text.includes('gatehouse-nobody')) return 'stranger';
  return text.includes(jane) && text.includes('right') ? 'jane' : 'wrong';
}

function attributesOf(name: string): Record<string, string[]> {
  return { cn: [name], uid: [name], entryUUID: [ids.get(name) ?? ''] };
}
