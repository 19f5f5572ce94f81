import { type TestHost, testHost } from '@gatehouse/connector-kit/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { suffix } from '../../../../tests/support/directory-tree.ts';
import { bindResult, searchResult } from '../../../../tests/support/hostile-ldap.ts';
import { configSchema } from '../config.ts';
import { Directory } from '../directory.ts';
import { present } from '../filters.ts';
import { openConnector, signIn as signInWith } from '../testing/open-connector.ts';
import {
  type Play,
  type PlayedDirectory,
  playDirectory,
  playedConfig,
  whose,
} from '../testing/played-directory.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const anything = { base: people, scope: 'sub', filter: present('cn'), attributes: ['1.1'] } as const;
const never = new AbortController().signal;

let host: TestHost;
let connector: ReturnType<typeof openConnector> | undefined;
let played: PlayedDirectory[] = [];
beforeEach(() => {
  host = testHost();
});
afterEach(async () => {
  await connector?.close?.();
  connector = undefined;
  await Promise.all(played.map((server) => server.stop()));
  played = [];
});

const at = ({ port }: { port: number }) => `127.0.0.1:${port}`;

/** Undefined plays an honest one. */
async function playAll<Plays extends readonly (Play | undefined)[]>(
  ...plays: Plays
): Promise<{ [Index in keyof Plays]: PlayedDirectory }> {
  played = await Promise.all(plays.map((each) => playDirectory(each)));
  return played as { [Index in keyof Plays]: PlayedDirectory };
}

/** A second is more than an answer takes here, and short enough to wait for. */
const timeouts = { connect: '1s', bind: '1s', search: '1s', call: '20s' };

function openPlayed(): ReturnType<typeof openConnector> {
  connector = openConnector({ ...playedConfig, host: played.map(at), insecureNoTls: true, timeouts }, host);
  return connector;
}

const signIn = (name: string, password: string) => signInWith(connector ?? openPlayed(), name, password);

// Attack: nobody's. A password that is tried on each server in turn counts once on each, and locks its owner out.
describe('a password that is wrong', () => {
  test('is not shown to another server where this one breaks off after its "no"', async () => {
    const [one, two] = await playAll(undefined, undefined);
    const directory = new Directory(configSchema.parse({ ...playedConfig, host: [at(one), at(two)] }), () =>
      host.now(),
    );
    const work = directory.use(never, async (session) => {
      await session.bind(jane, 'wrong');
      await one.stop();
      return session.search(anything);
    });
    await expect(work).rejects.toMatchObject({ code: 'unavailable' });
    expect([one.binds, two.binds]).toEqual([['service', 'wrong'], []]);
    directory.close();
  });

  test('on a connection that had rested and breaks after the "no" is not shown to the same server again', async () => {
    const [one] = await playAll(({ kind, socket }, count) => {
      if (kind !== 'search' || count !== 2) return undefined;
      socket.end();
      return [];
    });
    const directory = new Directory(configSchema.parse({ ...playedConfig, host: at(one) }), () => host.now());
    await directory.use(never, (session) => session.search(anything));
    const work = directory.use(never, async (session) => {
      await session.bind(jane, 'wrong');
      return session.search(anything);
    });
    await expect(work).rejects.toMatchObject({ code: 'unavailable' });
    expect(one.binds).toEqual(['service', 'wrong']);
    directory.close();
  });
});

describe('a password that was sent and not answered', () => {
  const silentBinds: Play = ({ kind, bytes }) =>
    kind === 'bind' && whose(bytes) === 'jane' ? [] : undefined;
  const closingBinds: Play = ({ kind, bytes, socket }) => {
    if (kind !== 'bind' || whose(bytes) !== 'jane') return undefined;
    socket.end();
    return [];
  };

  test.each([
    ['not in time', silentBinds],
    ['because the connection broke', closingBinds],
  ])('%s is tried once more, on the next server', async (_, first) => {
    const [one, two] = await playAll(first, undefined);
    expect(await signIn('jane', 'right')).toMatchObject({ username: 'jane' });
    expect([one.binds, two.binds]).toEqual([
      ['service', 'jane'],
      ['service', 'jane', 'stranger'],
    ]);
  });

  test('twice is not sent a third time', async () => {
    const [one, two, three] = await playAll(silentBinds, closingBinds, undefined);
    await expect(signIn('jane', 'right')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(`(?=.*${at(one)}: )(?=.*${at(two)}: )`),
    });
    expect([one.binds, two.binds, three.binds]).toEqual([['service', 'jane'], ['service', 'jane'], []]);
  });

  test('on a connection that the server closes after a while of rest is sent again on a new one', async () => {
    let rested = false;
    const [one] = await playAll(({ kind, bytes, socket }) => {
      if (!rested || kind !== 'bind' || whose(bytes) !== 'jane') return undefined;
      rested = false;
      socket.resetAndDestroy();
      return [];
    });
    await signIn('jane', 'right');
    rested = true;
    expect(await signIn('jane', 'right')).toMatchObject({ username: 'jane' });
    expect(one.binds).toEqual(['service', 'jane', 'stranger', 'jane', 'jane']);
    expect(host.logged).toEqual([]);
  });

  test('on such a connection is sent to another server where there is one, and the first is not given up', async () => {
    let rested = false;
    const [one, two] = await playAll(({ kind, bytes, socket }) => {
      if (!rested || kind !== 'bind' || whose(bytes) !== 'jane') return undefined;
      socket.resetAndDestroy();
      return [];
    }, undefined);
    await signIn('jane', 'right');
    rested = true;
    expect(await signIn('jane', 'right')).toMatchObject({ username: 'jane' });
    expect(two.binds).toEqual(['service', 'jane', 'stranger']);
    rested = false;
    expect(await signIn('jane', 'right')).toMatchObject({ username: 'jane' });
    expect(one.binds).toEqual(['service', 'jane', 'stranger', 'jane', 'jane']);
    expect(host.logged).toEqual([]);
  });

  test('of one person while others are answered does not send the others away', async () => {
    const [one, two] = await playAll(silentBinds, undefined);
    await signIn('jane', 'wrong');
    const slow = signIn('jane', 'right');
    await expect.poll(() => one.binds).toContain('jane');
    expect(await signIn('jane', 'wrong')).toBeNull();
    expect(await slow).toMatchObject({ username: 'jane' });
    expect(host.logged).toEqual([]);
    expect(await signIn('jane', 'wrong')).toBeNull();
    expect(two.binds.filter((who) => who === 'wrong')).toEqual([]);
  });
});

describe('an answer that says that a server is in trouble', () => {
  test.each(['bind', 'search'] as const)('to a %s sends the work to the next one', async (word) => {
    const [one, two] = await playAll(({ id, kind, bytes }) => {
      if (kind !== word || (kind === 'bind' && whose(bytes) === 'service')) return undefined;
      return [kind === 'bind' ? bindResult(id, 51) : searchResult(id, 52)];
    }, undefined);
    expect(await signIn('jane', 'right')).toMatchObject({ username: 'jane' });
    expect(two.binds).toEqual(['service', 'jane', 'stranger']);
    expect(host.logged).toMatchObject([{ message: 'ldap server went away', fields: { server: at(one) } }]);
  });

  test('to the bind of the service account does, too', async () => {
    const [, two] = await playAll(
      ({ id, kind }) => (kind === 'bind' ? [bindResult(id, 51)] : undefined),
      undefined,
    );
    expect(await signIn('jane', 'right')).not.toBeNull();
    expect(two.binds).toHaveLength(3);
  });

  test('that is nonsense sends the work to the next one', async () => {
    await playAll(
      ({ kind }) => (kind === 'search' ? [Buffer.from('HTTP/1.1 400\r\n\r\n')] : undefined),
      undefined,
    );
    expect(await signIn('jane', 'right')).toMatchObject({ username: 'jane' });
  });

  test.each([
    ['noSuchObject', 32],
    ['insufficientAccessRights', 50],
    ['other', 80],
  ])('but %s is an answer, and the next server is not asked', async (_, code) => {
    const [, two] = await playAll(
      ({ id, kind }) => (kind === 'search' ? [searchResult(id, code)] : undefined),
      undefined,
    );
    await expect(signIn('jane', 'right')).rejects.toBeDefined();
    expect(two.asked).toEqual([]);
  });
});

describe('a service account that is refused', () => {
  const refuses: Play = ({ id, kind, bytes }) =>
    kind === 'bind' && whose(bytes) === 'service' ? [bindResult(id, 49)] : undefined;

  // Attack: nobody's. A morning's sign-ins with a stale password would lock the account within seconds.
  test('is refused once for all servers and all sign-ins of some seconds', async () => {
    const [one, two] = await playAll(refuses, undefined);
    for (let n = 0; n < 5; n += 1) {
      await expect(signIn('jane', 'right')).rejects.toMatchObject({
        code: 'misconfigured',
        message: expect.stringContaining('cn=service'),
      });
    }
    expect([one.binds, two.asked]).toEqual([['service'], []]);
    const pauses = [10, 20, 40, 80, 160, 300, 300];
    for (const [n, pause] of pauses.entries()) {
      host.advance(pause * 1000 - 1);
      await expect(signIn('jane', 'right')).rejects.toBeDefined();
      expect(one.binds).toHaveLength(n + 1);
      host.advance(1);
      await expect(signIn('jane', 'right')).rejects.toBeDefined();
      expect(one.binds).toHaveLength(n + 2);
    }
  });

  test('works again as soon as it is let in', async () => {
    let locked = true;
    await playAll((request, count) => (locked ? refuses(request, count) : undefined));
    await expect(signIn('jane', 'right')).rejects.toMatchObject({ code: 'misconfigured' });
    locked = false;
    host.advance(10_000);
    expect(await signIn('jane', 'right')).not.toBeNull();
  });

  test('later on does not end the work on the connection that it has', async () => {
    let locked = false;
    await playAll((request, count) => (locked ? refuses(request, count) : undefined));
    await signIn('jane', 'right');
    locked = true;
    expect(await signIn('jane', 'right')).not.toBeNull();
  });
});

test('work can be given to a server by name', async () => {
  const [one, two] = await playAll(undefined, undefined);
  const directory = new Directory(configSchema.parse({ ...playedConfig, host: [at(one), at(two)] }), () =>
    host.now(),
  );
  expect(await directory.servers(never)).toEqual([at(one), at(two)]);
  const server = await directory.use(never, async (session) => session.server);
  const other = await directory.use(
    never,
    async (session) => session.server,
    (name) => name !== server,
  );
  expect([server, other]).toEqual([at(one), at(two)]);
  await expect(
    directory.use(
      never,
      async () => 'done',
      () => false,
    ),
  ).rejects.toMatchObject({ code: 'misconfigured' });
  directory.close();
});
