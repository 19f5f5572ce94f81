import { type TestHost, testHost } from '@gatehouse/connector-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bindResult, result, searchResult } from '../../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig, signIn } from '../testing/open-connector.ts';
import { type Play, type PlayedDirectory, playDirectory, playedConfig } from '../testing/played-directory.ts';

let directory: PlayedDirectory;
let connector: ReturnType<typeof openConnector>;
let host: TestHost;
beforeEach(() => {
  host = testHost();
});
afterEach(async () => {
  await connector.close?.();
  await directory.stop();
});

async function open(play?: Play, more: Readonly<Record<string, unknown>> = {}) {
  directory = await playDirectory(play);
  connector = openConnector({ ...plainConfig(directory.port), ...playedConfig, ...more }, host);
}

const jane = () => signIn(connector, 'jane', 'right');
const called = (count: number) => Array(count).fill('jane');

// Attack: a connection that is made anew is nobody's. What nobody is shown may be another person's entry.
describe('a service connection that ended', () => {
  const endings: [string, Play][] = [
    ['was closed while nobody used it', ({ socket }) => later(() => socket.end())],
    ['was reset while nobody used it', ({ socket }) => later(() => socket.resetAndDestroy())],
    ['had the notice of disconnection', ({ socket }) => later(() => socket.write(result(0, 0x78, 52)))],
  ];
  /** An honest answer, and then the end. */
  function later(end: () => unknown): undefined {
    setImmediate(end);
  }

  test.each(endings)('because it %s is bound again before anything is searched', async (_, end) => {
    await open((request, count) =>
      request.kind === 'search' && count % 2 === 0 ? end(request, count) : undefined,
    );
    const people = [];
    for (let n = 0; n < 6; n += 1) people.push((await jane())?.username);
    expect(people).toEqual(called(6));
    expect(directory.anonymousSearches()).toBe(0);
    expect(directory.binds.filter((who) => who === 'service').length).toBeGreaterThan(1);
  });

  test('in the middle of a search is bound again, and the search begun anew', async () => {
    await open(({ kind, socket }, count) => {
      if (kind !== 'search' || count % 3 !== 0) return undefined;
      socket.end();
      return [];
    });
    const people = [];
    for (let n = 0; n < 6; n += 1) people.push((await jane())?.username);
    expect(people).toEqual(called(6));
    expect(directory.anonymousSearches()).toBe(0);
    expect(host.logged).toEqual([]);
  });

  test('under the searches of many is bound again once, for all of them', async () => {
    let down = false;
    await open(({ kind, socket }) => {
      if (kind !== 'search' || !down) return undefined;
      down = false;
      socket.end();
      return [];
    });
    await jane();
    down = true;
    const people = await Promise.all(Array.from({ length: 20 }, jane));
    expect(people.map((person) => person?.username)).toEqual(called(20));
    expect(directory.anonymousSearches()).toBe(0);
    expect(directory.binds.filter((who) => who === 'service')).toHaveLength(2);
  });
});

describe('a service connection that has lost its bind', () => {
  const words =
    '000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, v4563';

  test.each([
    ['operationsError, as Active Directory says it', 1, words],
    ['strongerAuthRequired', 8, 'authentication required'],
  ])('and says %s is thrown away', async (_, code, message) => {
    await open(({ id, kind }, count) =>
      kind === 'search' && count === 2 ? [result(id, 0x65, code, message)] : undefined,
    );
    expect([(await jane())?.username, (await jane())?.username]).toEqual(called(2));
    expect(directory.binds.filter((who) => who === 'service')).toHaveLength(2);
    expect(host.logged).toEqual([]);
  });

  test('from the beginning means the account', async () => {
    await open(({ id, kind }) => (kind === 'search' ? [searchResult(id, 8)] : undefined));
    await expect(jane()).rejects.toMatchObject({ code: 'misconfigured' });
    expect(directory.binds).toEqual(['service']);
  });
});

describe('the connections on which passwords are checked', () => {
  test('are as many as the configuration says, and the others wait', async () => {
    await open(undefined, { pool: { binds: 2 } });
    const people = await Promise.all(Array.from({ length: 20 }, jane));
    expect(people.map((person) => person?.username)).toEqual(called(20));
    expect(directory.sockets).toHaveLength(3);
  });

  test('carry nothing but binds, and the other one nothing but searches behind its bind', async () => {
    const kinds = new Map<unknown, string[]>();
    await open(({ kind, socket }) => {
      kinds.set(socket, [...(kinds.get(socket) ?? []), kind]);
      return undefined;
    });
    await Promise.all(Array.from({ length: 8 }, jane));
    const [service, ...others] = [...kinds.values()];
    expect(service).toEqual(['bind', ...Array(8).fill('search')]);
    expect(new Set(others.flat())).toEqual(new Set(['bind']));
  });

  // Attack: an answer that comes late is taken for the answer to the next person's password.
  test('are closed when a bind was left without its answer', async () => {
    const late: (() => void)[] = [];
    await open(
      ({ id, kind, socket }, count) => {
        if (kind !== 'bind' || count !== 2) return undefined;
        late.push(() => socket.write(bindResult(id)));
        return [];
      },
      { timeouts: { bind: '100ms' }, pool: { binds: 1 } },
    );
    await expect(jane()).rejects.toMatchObject({ code: 'unavailable' });
    const wrong = signIn(connector, 'jane', 'wrong');
    for (const answer of late) answer();
    expect(await wrong).toBeNull();
    expect(directory.sockets).toHaveLength(3);
  });

  test('are closed after an answer that is neither yes nor no', async () => {
    await open(({ id, kind }, count) => (kind === 'bind' && count === 2 ? [bindResult(id, 53)] : undefined));
    await jane().catch(() => {});
    await jane();
    expect(directory.sockets).toHaveLength(3);
  });

  test('are closed after some time of rest, and opened again when they are needed', async () => {
    await open(undefined, { pool: { idle: '50ms' } });
    await jane();
    const [, own] = directory.sockets;
    await expect.poll(() => own?.destroyed).toBe(true);
    expect((await jane())?.username).toBe('jane');
    expect(directory.sockets).toHaveLength(3);
  });

  test('that somebody waits for are not waited for when the call is over', async () => {
    const held: (() => void)[] = [];
    await open(
      ({ id, kind, socket }, count) => {
        if (kind !== 'bind' || count !== 2) return undefined;
        held.push(() => socket.write(bindResult(id)));
        return [];
      },
      { pool: { binds: 1 } },
    );
    const first = jane();
    await expect.poll(() => held).toHaveLength(1);
    const { login } = connector;
    if (login.kind !== 'password') throw new Error('not a password connector');
    const leaving = new AbortController();
    const call = { signal: leaving.signal, log: host.log, trace: { step() {} } };
    const second = login.verify({ username: 'jane', password: 'right' }, call);
    await expect.poll(() => directory.asked.filter((word) => word === 'search')).toHaveLength(2);
    leaving.abort();
    await expect(second).rejects.toMatchObject({ code: 'unavailable' });
    for (const answer of held) answer();
    expect((await first)?.username).toBe('jane');
    expect(directory.binds).toEqual(['service', 'jane', 'stranger']);
  });
});

describe('a connector that is closed', () => {
  test('has no connection left, and opens none', async () => {
    await open();
    await Promise.all(Array.from({ length: 5 }, jane));
    await connector.close?.();
    await expect.poll(() => directory.sockets.every((socket) => socket.destroyed)).toBe(true);
    const before = directory.sockets.length;
    await expect(jane()).rejects.toMatchObject({ code: 'unavailable' });
    await connector.close?.();
    expect(directory.sockets).toHaveLength(before);
  });

  test.each(['bind', 'search'] as const)(
    'while it waits for the answer to a %s waits no longer',
    async (word) => {
      await open(({ kind }) => (kind === word ? [] : undefined));
      const waiting = jane();
      await expect.poll(() => directory.asked).toContain(word);
      await connector.close?.();
      await expect(waiting).rejects.toMatchObject({ code: 'unavailable' });
      await expect.poll(() => directory.sockets.every((socket) => socket.destroyed)).toBe(true);
      expect(host.logged).toEqual([]);
    },
  );
});
