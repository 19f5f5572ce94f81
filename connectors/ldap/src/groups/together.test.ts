import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { suffix } from '../../../../tests/support/directory-tree.ts';
import {
  bindResult,
  entry,
  type HostileLdap,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig, signIn } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const staff = `cn=staff,ou=Groups,${suffix}`;
const everybody = Array.from({ length: 10 }, (_, n) => `person${n}`);

let server: HostileLdap | undefined;
afterEach(() => server?.stop());

/** Everybody is in one group, about which the directory says nothing until the test does. */
async function open() {
  const asked: { id: number; socket: Socket }[] = [];
  const passed = new Set<string>();
  server = await startHostileLdap(({ id, kind, bytes, socket }) => {
    const text = bytes.toString('latin1');
    const name = /person\d/.exec(text)?.[0];
    if (kind === 'bind') {
      if (name !== undefined) passed.add(name);
      return [bindResult(id, text.includes('gatehouse-nobody') ? 49 : 0)];
    }
    if (kind !== 'search') return [];
    if (name === undefined) {
      asked.push({ id, socket });
      return [];
    }
    const known = { uid: [name], cn: [name], memberOf: [staff], entryUUID: [`uuid-of-${name}`] };
    return [entry(id, `cn=${name},${people}`, known), searchResult(id)];
  });
  const connector = openConnector({
    ...plainConfig(server.port),
    ...{ bindDn: `cn=service,${suffix}`, bindPassword: 'service' },
    userSearch: { baseDn: people, username: 'uid' },
    memberOf: {},
  });
  const answer = () => {
    for (const { id, socket } of asked.splice(0)) {
      socket.write(entry(id, staff, { cn: ['staff'] }));
      socket.write(searchResult(id));
    }
  };
  return { connector, asked, passed, answer };
}

test('ten people of one group who sign in at the same time cost one search for the group', async () => {
  const { connector, asked, passed, answer } = await open();
  const all = everybody.map((name) => signIn(connector, name, 'foo'));
  await expect.poll(() => passed.size).toBe(everybody.length);
  await expect.poll(() => asked.length).toBe(1);
  // Whoever has not come so far as to ask would ask now.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(asked).toHaveLength(1);
  answer();
  for (const identity of await Promise.all(all)) expect(identity?.groups).toEqual(['staff']);
});

test('who signs in after the answer asks again: a group that somebody left is gone at once', async () => {
  const { connector, asked, answer } = await open();
  for (const name of everybody.slice(0, 2)) {
    const identity = signIn(connector, name, 'foo');
    await expect.poll(() => asked.length).toBe(1);
    answer();
    expect((await identity)?.groups).toEqual(['staff']);
  }
});
