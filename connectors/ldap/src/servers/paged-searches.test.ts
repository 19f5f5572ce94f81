import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { suffix } from '../../../../tests/support/directory-tree.ts';
import {
  bindResult,
  entry,
  type HostileLdap,
  pageResult,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig, signIn } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const known = { uid: ['x'], entryUUID: ['5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11'] };
const control = '1.2.840.113556.1.4.319';

let server: HostileLdap | undefined;
afterEach(() => server?.stop());

describe('searches in pages', () => {
  /** Groups only come in pages; the pages for jane wait until the test answers them. */
  async function open() {
    const waiting: { id: number; socket: Socket }[] = [];
    const sockets = new Map<string, Set<Socket>>();
    server = await startHostileLdap(({ id, kind, bytes, socket }) => {
      const text = bytes.toString('latin1');
      if (kind === 'bind') return [bindResult(id, text.includes('gatehouse-nobody') ? 49 : 0)];
      if (kind !== 'search') return [];
      const name = /cn=(jane|john|ringo),/.exec(text)?.[1];
      if (name === undefined) {
        const typed = /jane|john|ringo/.exec(text)?.[0];
        return [entry(id, `cn=${typed},${people}`, { ...known, cn: [typed ?? ''] }), searchResult(id)];
      }
      if (!text.includes(control)) return [searchResult(id, 4)];
      sockets.set(name, (sockets.get(name) ?? new Set()).add(socket));
      if (name === 'jane') {
        waiting.push({ id, socket });
        return [];
      }
      return page(id);
    });
    const connector = openConnector({
      ...plainConfig(server.port),
      ...{ bindDn: `cn=service,${suffix}`, bindPassword: 'service' },
      userSearch: { baseDn: people, username: 'uid' },
      groupSearch: { baseDn: `ou=Groups,${suffix}` },
    });
    return { connector, waiting, sockets };
  }

  const page = (id: number) => [
    entry(id, `cn=staff,ou=Groups,${suffix}`, { cn: ['staff'] }),
    pageResult(id, ''),
  ];

  // Attack: somebody in very many groups signs in again and again, and all others wait for the one page cookie.
  test('of one person do not wait for those of another, and each has a connection to itself', async () => {
    const { connector, waiting, sockets } = await open();
    const jane = signIn(connector, 'jane', 'foo');
    await expect.poll(() => waiting.length).toBe(1);
    const others = await Promise.all(['john', 'ringo'].map((name) => signIn(connector, name, 'foo')));
    expect(others.map((identity) => identity?.groups)).toEqual([['staff'], ['staff']]);

    for (const { id, socket } of waiting) for (const answer of page(id)) socket.write(answer);
    expect((await jane)?.groups).toEqual(['staff']);
    const used = ['jane', 'john', 'ringo'].flatMap((name) => [...(sockets.get(name) ?? [])]);
    expect(new Set(used).size).toBe(3);
  });

  test('go out on the connection that all share while nobody else does the same', async () => {
    const { connector, sockets } = await open();
    for (const name of ['john', 'ringo']) await signIn(connector, name, 'foo');
    expect(sockets.get('john')).toEqual(sockets.get('ringo'));
  });

  test('on a connection for the purpose are made as the service account, and it is closed afterwards', async () => {
    const { connector, waiting, sockets } = await open();
    const jane = signIn(connector, 'jane', 'foo');
    await expect.poll(() => waiting.length).toBe(1);
    const binds = () => server?.asked.filter((word) => word === 'bind').length ?? 0;
    const before = binds();
    await signIn(connector, 'john', 'foo');
    // John's own, and one more of the service account.
    expect(binds() - before).toBe(2);
    const [own] = sockets.get('john') ?? [];
    await expect.poll(() => own?.destroyed).toBe(true);

    for (const { id, socket } of waiting) for (const answer of page(id)) socket.write(answer);
    await jane;
  });
});
