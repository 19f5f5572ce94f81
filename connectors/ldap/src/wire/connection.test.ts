import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { PresenceFilter } from 'ldapts';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type Behaviour,
  bindResult,
  entry,
  type HostileLdap,
  result,
  searchResult,
  startHostileLdap,
} from '../../../../tests/support/hostile-ldap.ts';
import { limits } from '../limits.ts';
import { LdapConnection, type SearchAnswer, type SearchQuery } from './connection.ts';

let servers: HostileLdap[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

async function open(behaviour: Behaviour, lastId = 0) {
  const server = await startHostileLdap(behaviour);
  servers.push(server);
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  return { server, connection: new LdapConnection(socket, lastId) };
}

const query: SearchQuery = {
  base: 'dc=x',
  scope: 'sub',
  filter: new PresenceFilter({ attribute: 'cn' }),
  attributes: ['cn'],
};
const never = new AbortController().signal;
const patient = { timeout: 30_000, signal: never };
const search = (connection: LdapConnection, terms = patient) => connection.search(query, undefined, terms);
const names = (answer: SearchAnswer) => answer.entries.map(({ dn }) => dn);

/** Numbers are given in order, so a test knows which search has which. */
const own = (id: number) => [entry(id, `cn=${id}`, {}), searchResult(id)];

describe('many searches on one connection', () => {
  test('each get their own answers, in whatever order these come', async () => {
    const shuffles = fc
      .integer({ min: 1, max: 40 })
      .chain((count) =>
        fc.tuple(fc.shuffledSubarray(parts(count), { minLength: 2 * count }), fc.nat(2 ** 31 - 2)),
      );
    await fc.assert(
      fc.asyncProperty(shuffles, async ([order, lastId]) => {
        const count = order.length / 2;
        const ids: number[] = [];
        const { connection } = await open(({ id }) => {
          ids.push(id);
          return ids.length < count ? [] : inOrder(order, ids);
        }, lastId);
        const answers = await Promise.all(Array.from({ length: count }, () => search(connection)));
        expect(answers.map(names)).toEqual(ids.map((id) => [`cn=${id}`]));
        connection.close();
      }),
      { numRuns: 40 },
    );
  });

  /** For each search: its entry, and its result. */
  function parts(count: number): number[] {
    return Array.from({ length: 2 * count }, (_, n) => Math.floor(n / 2));
  }

  /** The first time a search comes up it is its entry, the second time its result. */
  function inOrder(order: readonly number[], ids: readonly number[]): readonly Buffer[] {
    const begun = new Set<number>();
    return order.map((index) => {
      const id = ids[index] ?? 0;
      if (begun.has(index)) return searchResult(id);
      begun.add(index);
      return entry(id, `cn=${id}`, {});
    });
  }

  test('have numbers below 2³¹, and none that still waits for its answer', async () => {
    const ids: number[] = [];
    const { connection } = await open(
      ({ id }) => {
        ids.push(id);
        return ids.length < 4 ? [] : ids.flatMap(own);
      },
      2 ** 31 - 3,
    );
    await Promise.all(Array.from({ length: 4 }, () => search(connection)));
    expect(ids).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 1, 2]);
  });
});

describe('a search that nobody waits for any more', () => {
  /** Answers the first search only when the second one is there; behind it, and for it, what is late. */
  const lateFirst =
    (late: (id: number) => Buffer[]): Behaviour =>
    ({ id, kind }) =>
      kind === 'search' && id > 1 ? [...late(1), ...own(id)] : [];

  test('is abandoned, and its late answer is nobody’s', async () => {
    const { server, connection } = await open(lateFirst(own));
    const leaving = new AbortController();
    const left = search(connection, { ...patient, signal: leaving.signal });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'unavailable', silence: 'left' });
    await expect.poll(() => server.asked).toEqual(['search', 'abandon']);
    expect(names(await search(connection))).toEqual(['cn=3']);
    expect(connection.alive).toBe(true);
  });

  test('does not give its number to another one', async () => {
    const asked: number[] = [];
    const { connection } = await open(
      ({ id, kind }) => {
        if (kind === 'search') asked.push(id);
        return kind === 'search' && asked.length > 1 ? own(id) : [];
      },
      2 ** 31 - 2,
    );
    const leaving = new AbortController();
    const left = search(connection, { ...patient, signal: leaving.signal });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ silence: 'left' });
    await search(connection);
    expect(asked).toEqual([2 ** 31 - 1, 2]);
  });

  test('leaves the others alone', async () => {
    const { connection } = await open(({ id, kind }) => (kind === 'abandon' ? own(id - 1) : []));
    const leaving = new AbortController();
    const left = search(connection, { ...patient, signal: leaving.signal });
    const other = search(connection);
    leaving.abort();
    await expect(left).rejects.toMatchObject({ silence: 'left' });
    expect(names(await other)).toEqual(['cn=2']);
  });

  test('and goes on for ever ends the connection', async () => {
    const { connection } = await open(function* ({ id, kind }) {
      while (kind === 'search') yield entry(id, `cn=${'x'.repeat(1_000_000)}`, {});
    });
    const leaving = new AbortController();
    const left = search(connection, { ...patient, signal: leaving.signal });
    leaving.abort();
    await expect(left).rejects.toMatchObject({ silence: 'left' });
    await expect.poll(() => connection.alive, { timeout: 20_000 }).toBe(false);
  });

  test('is forgotten when a thousand others were abandoned since, and its answer then ends the connection', async () => {
    const many = limits.abandoned + 1;
    const late: number[] = [];
    const { connection } = await open(({ id, kind }) =>
      kind === 'search' && id > many ? [...late.map((old) => searchResult(old)), ...own(id)] : [],
    );
    const leaving = new AbortController();
    const left = Promise.allSettled(
      Array.from({ length: many }, () => search(connection, { ...patient, signal: leaving.signal })),
    );
    leaving.abort();
    await left;
    late.push(2);
    await expect(search(connection)).resolves.toBeDefined();
    late.splice(0, 1, 1);
    await expect(search(connection)).rejects.toMatchObject({ silence: 'broken' });
  });
});

describe('a time that is over', () => {
  const short = { timeout: 150, signal: never };

  test('while nothing at all was answered ends the connection', async () => {
    const { connection } = await open(() => []);
    const other = search(connection);
    await expect(search(connection, short)).rejects.toMatchObject({ silence: 'silent' });
    await expect(other).rejects.toMatchObject({ silence: 'silent' });
    expect(connection.alive).toBe(false);
  });

  test('while others were answered ends that search alone', async () => {
    const { server, connection } = await open(({ id }) => (id > 1 ? own(id) : []));
    const slow = search(connection, short);
    expect(names(await search(connection))).toEqual(['cn=2']);
    await expect(slow).rejects.toMatchObject({ silence: 'slow' });
    expect(connection.alive).toBe(true);
    await expect.poll(() => server.asked).toEqual(['search', 'search', 'abandon']);
  });

  test('for a bind ends the connection: its answer could be taken for the next one’s', async () => {
    const { connection } = await open(({ id, kind }) => (kind === 'search' ? own(id) : []));
    const bind = connection.bind('cn=jane', 'secret', short);
    await search(connection);
    await expect(bind).rejects.toMatchObject({ code: 'unavailable' });
    expect(connection.alive).toBe(false);
  });

  test('for the whole call is the server’s silence; that the person went away is not', async () => {
    const { connection } = await open(() => []);
    const signal = AbortSignal.timeout(1100);
    await expect(search(connection, { ...patient, signal })).rejects.toMatchObject({ silence: 'silent' });
    expect(connection.alive).toBe(false);
  });

  test('Attack: so many passwords that who waits behind them has no time left for a search. It says nothing of the server, and ends no other one.', async () => {
    const { connection } = await open(({ id, kind }) => (kind === 'abandon' ? own(id - 2) : []));
    const other = search(connection);
    const signal = AbortSignal.timeout(20);
    await expect(search(connection, { ...patient, signal })).rejects.toMatchObject({ silence: 'left' });
    expect(names(await other)).toEqual(['cn=1']);
  });
});

describe('what one piece of work reads', () => {
  test('is limited over all its searches, and its end is not that of the connection', async () => {
    const { connection } = await open(({ id, kind }) =>
      kind === 'search' ? [entry(id, 'cn=x', { a: ['x'.repeat(600)] }), searchResult(id)] : [],
    );
    const allowance = { bytes: 1500 };
    await search(connection, { ...patient, ...{ allowance } });
    await search(connection, { ...patient, ...{ allowance } });
    await expect(search(connection, { ...patient, ...{ allowance } })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('bytes'),
    });
    await expect(search(connection)).resolves.toBeDefined();
  });

  test('is not limited over the life of the connection', async () => {
    const value = 'x'.repeat(4_000_000);
    const { connection } = await open(({ id }) => [entry(id, 'cn=x', { a: [value] }), searchResult(id)]);
    for (let read = 0; read <= limits.workBytes; read += value.length) await search(connection);
    expect(connection.alive).toBe(true);
  });

  test('Attack: a name whose entry has a broken DN, typed again and again. Its search is refused, and no other one.', async () => {
    const { connection } = await open(({ id, kind }) => {
      if (kind === 'abandon') return own(id - 2);
      return id === 2 ? [entry(id, 'cn=M\uFFFDller', {}), searchResult(id)] : [];
    });
    const other = search(connection);
    await expect(search(connection)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('rename it: cn=M'),
    });
    expect(names(await other)).toEqual(['cn=1']);
  });

  test.each([
    ['a value', () => ['x'.repeat(limits.messageBytes + 1)]],
    ['so many values', () => Array<string>(limits.messageElements + 1).fill('x')],
  ])(
    'Attack: %s of one’s own that is more than is read, and one’s name typed again and again. That search is refused, and no other one.',
    async (_, values) => {
      const { connection } = await open(({ id, kind }) => {
        if (kind === 'abandon') return own(id - 2);
        return id === 2 ? [entry(id, 'cn=mallory', { displayName: values() }), searchResult(id)] : [];
      });
      const other = search(connection);
      await expect(search(connection)).rejects.toMatchObject({ code: 'unavailable' });
      expect(names(await other)).toEqual(['cn=1']);
      expect(connection.alive).toBe(true);
    },
  );

  test.each<[string, (id: number) => Buffer]>([
    ['answers a bind', (id) => result(id, 0x61, 0, 'x'.repeat(limits.messageBytes + 1))],
    ['answers nothing', (id) => entry(id + 1, 'cn=x', { a: ['x'.repeat(limits.messageBytes + 1)] })],
    ['is longer than all that is read', () => Buffer.from('3084040000ff02010164', 'hex')],
  ])('a message that is too long and %s ends the connection', async (_, message) => {
    const { connection } = await open(({ id }) => [message(id)]);
    await expect(connection.bind('cn=jane', 'secret', patient)).rejects.toMatchObject({ silence: 'broken' });
    expect(connection.alive).toBe(false);
  });

  test('is cut off at too many entries without harm to the others', async () => {
    const { connection } = await open(function* ({ id, kind }) {
      if (id === 1) for (let n = 0; n <= limits.entries; n += 1) yield entry(id, `cn=${n}`, {});
      if (kind === 'search') yield* own(id);
    });
    await expect(search(connection)).rejects.toMatchObject({ message: expect.stringContaining('entries') });
    expect(names(await search(connection))).toEqual(['cn=3']);
  });
});

describe('a connection that has ended', () => {
  const hangUp = (how: () => unknown): Buffer[] => {
    how();
    return [];
  };

  test.each<[string, Behaviour, string]>([
    ['closed', ({ socket }) => hangUp(() => socket.end()), 'lost'],
    ['reset', ({ socket }) => hangUp(() => socket.resetAndDestroy()), 'lost'],
    ['with the notice of disconnection', () => [result(0, 0x78, 52)], 'lost'],
    ['with nonsense', () => [Buffer.from('HTTP/1.1 400\r\n\r\n')], 'broken'],
    ['with an answer to what was not asked', ({ id }) => [searchResult(id + 1)], 'broken'],
    ['with the answer to a bind', ({ id }) => [bindResult(id)], 'broken'],
  ])('%s fails all that was under way, and stays ended', async (_, behaviour, silence) => {
    let asked = 0;
    const { connection } = await open((request) => {
      asked += 1;
      return asked === 3 ? behaviour(request) : [];
    });
    let ended = 0;
    connection.onEnd(() => {
      ended += 1;
    });
    const searches = await Promise.allSettled([search(connection), search(connection), search(connection)]);
    for (const outcome of searches) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', silence } });
    }
    await expect(search(connection)).rejects.toMatchObject({ silence });
    await expect(connection.bind('cn=jane', 'secret', patient)).rejects.toMatchObject({ silence });
    connection.close();
    expect(ended).toBe(1);
  });
});
