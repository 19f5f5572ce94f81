import { type TestHost, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificates } from '../../../../tests/support/certificates.ts';
import { group, person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { startDnsServer } from '../../../../tests/support/dns-server.ts';
import { bindResult, searchResult } from '../../../../tests/support/hostile-ldap.ts';
import { type LdapProxy, startLdapProxy } from '../../../../tests/support/ldap-proxy.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { configSchema } from '../config.ts';
import { Directory } from '../directory.ts';
import { present } from '../filters.ts';
import { openConnector, secureConfig, signIn } from '../testing/open-connector.ts';
import {
  type Play,
  type PlayedDirectory,
  playDirectory,
  playedConfig,
  whose,
} from '../testing/played-directory.ts';

const people = `ou=People,${suffix}`;
const names = Array.from({ length: 12 }, (_, n) => `u${n}`);
const ldif = [
  ...[root, person('service', 'service secret', suffix), unit('People'), unit('Groups')],
  ...names.map((name, n) =>
    person(name, `pw-${name}`, people, {
      uid: name,
      entryUUID: `5d3c2f1e-8f4a-4a53-9a57-${String(n).padStart(12, '0')}`,
    }),
  ),
  ...names.map((name) => group(`group-${name}`, `ou=Groups,${suffix}`, [`cn=${name},${people}`])),
].join('');

let directories: OpenLdap[];
let first: LdapProxy;
let second: LdapProxy;
beforeAll(async () => {
  directories = await Promise.all([startOpenLdap({ ldif }), startOpenLdap({ ldif })]);
  [first, second] = (await Promise.all(directories.map(({ port }) => startLdapProxy(port)))) as [
    LdapProxy,
    LdapProxy,
  ];
});
afterAll(async () => {
  await Promise.all([first.stop(), second.stop()]);
  await Promise.all(directories.map((directory) => directory.stop()));
});

let host: TestHost;
let connector: ReturnType<typeof openConnector>;
let played: PlayedDirectory[] = [];
beforeEach(async () => {
  host = testHost();
  await Promise.all([first.reset(), second.reset()]);
});
afterEach(async () => {
  await connector.close?.();
  await Promise.all(played.map((server) => server.stop()));
  played = [];
});

const at = ({ port }: { port: number }) => `127.0.0.1:${port}`;

/** A second is more than an answer takes here, and short enough to wait for. */
const timeouts = { connect: '1s', bind: '1s', search: '1s', call: '20s' };

function open(servers: readonly { port: number }[], more: Readonly<Record<string, unknown>> = {}) {
  connector = openConnector(
    {
      ...{ host: servers.map(at), insecureNoTls: true, timeouts },
      ...{ bindDn: `cn=service,${suffix}`, bindPassword: 'service secret' },
      userSearch: { baseDn: people, username: 'uid' },
      groupSearch: { baseDn: `ou=Groups,${suffix}` },
      ...more,
    },
    host,
  );
}

/** Undefined plays an honest one. */
async function playAll<Plays extends readonly (Play | undefined)[]>(
  ...plays: Plays
): Promise<{ [Index in keyof Plays]: PlayedDirectory }> {
  played = await Promise.all(plays.map((each) => playDirectory(each)));
  return played as { [Index in keyof Plays]: PlayedDirectory };
}

function openPlayed(): void {
  open(played, { ...playedConfig, groupSearch: undefined });
}

const never = new AbortController().signal;
const jane = `cn=jane,${people}`;
const anything = { base: people, scope: 'sub', filter: present('cn'), attributes: ['1.1'] } as const;

/** The groups of who signs in, which nobody else has; null where the password is called wrong. */
async function groupsOf(name: string, password = `pw-${name}`) {
  return (await signIn(connector, name, password))?.groups ?? null;
}

const counted = ({ asked }: { asked: readonly string[] }, word: string) =>
  asked.filter((each) => each === word).length;
/** Good-byes of the test before may come late. */
const workOf = ({ asked }: { asked: readonly string[] }) => asked.filter((word) => word !== 'unbind');
const lines = () => host.logged.map(({ message, fields }) => [message, fields.server]);
const MINUTE = 60_000;

describe('of two servers', () => {
  test('the first one does all the work while it is there', async () => {
    open([first, second]);
    for (const name of names) expect(await groupsOf(name)).toEqual([`group-${name}`]);
    expect(workOf(second)).toEqual([]);
    expect(counted(first, 'connect')).toBe(2);
    expect(host.logged).toEqual([]);
  });

  test('the second one does it where the first is not there, and the first is left in peace', async () => {
    await first.takeDown();
    open([first, second]);
    for (const name of names) expect(await groupsOf(name)).toEqual([`group-${name}`]);
    expect(lines()).toEqual([['ldap server went away', at(first)]]);
    expect(host.logged[0]?.fields.reason).toMatch(/no connection to .* \(ECONNREFUSED\)/);
  });

  test('the first one is asked again after a while, in the background, and gets the work back', async () => {
    open([first, second]);
    await groupsOf('u1');
    await first.takeDown();
    expect(await groupsOf('u2')).toEqual(['group-u2']);

    await first.reset();
    await second.reset();
    expect(await groupsOf('u3')).toEqual(['group-u3']);
    expect([counted(first, 'bind'), counted(second, 'bind')]).toEqual([0, 1]);

    host.advance(MINUTE);
    expect(await groupsOf('u4')).toEqual(['group-u4']);
    await expect.poll(lines).toContainEqual(['ldap server is back', at(first)]);
    await second.reset();
    expect(await groupsOf('u5')).toEqual(['group-u5']);
    expect(workOf(second)).toEqual([]);
    expect(lines()).toHaveLength(2);
  });

  test('the first one, still gone when it is asked again, costs nobody a sign-in', async () => {
    await first.takeDown();
    open([first, second]);
    for (const name of names) {
      expect(await groupsOf(name)).toEqual([`group-${name}`]);
      host.advance(MINUTE);
    }
    expect(lines()).toEqual([['ldap server went away', at(first)]]);
  });

  test('both gone are both tried each time, and both are named', async () => {
    await Promise.all([first.takeDown(), second.takeDown()]);
    open([first, second]);
    for (let n = 0; n < 3; n += 1) {
      await expect(groupsOf('u1')).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringMatching(`(?=.*${at(first)}: no connection)(?=.*${at(second)}: no connection)`),
      });
    }
    await second.reset();
    expect(await groupsOf('u1')).toEqual(['group-u1']);
  });

  test('a refresh begins anew on the second one as well', async () => {
    open([first, second]);
    const jane = await signIn(connector, 'u1', 'pw-u1');
    if (jane === null) throw new Error('u1 cannot sign in');
    await first.takeDown();
    const call = { signal: new AbortController().signal, log: host.log, trace: { step() {} } };
    const refreshed = await connector.refresh?.(jane, { ...call, saveState: async () => {} });
    expect(refreshed).toMatchObject({ status: 'current', identity: { groups: ['group-u1'] } });
  });
});

describe('a server that freezes', () => {
  test('while many sign in costs none of them the sign-in, and nobody after them any time', async () => {
    open([first, second]);
    await groupsOf('u0');
    first.hang();
    const passwords = names.map((name, n) => (n % 3 === 0 ? 'wrong' : `pw-${name}`));
    const groups = await Promise.all(names.map((name, n) => groupsOf(name, passwords[n])));
    expect(groups).toEqual(names.map((name, n) => (n % 3 === 0 ? null : [`group-${name}`])));

    const before = workOf(first).length;
    for (const name of names) expect(await groupsOf(name)).toEqual([`group-${name}`]);
    expect(workOf(first).slice(before)).toEqual([]);
    expect(lines()).toEqual([['ldap server went away', at(first)]]);
  });

  test('before anybody has connected is left for the next one', async () => {
    first.hang();
    open([first, second]);
    expect(await Promise.all(names.map((name) => groupsOf(name)))).toEqual(
      names.map((name) => [`group-${name}`]),
    );
  });

  test('does not hold up another connector', async () => {
    open([first]);
    await groupsOf('u1');
    first.hang();
    const stuck = groupsOf('u2').catch((error: unknown) => error);
    const other = openConnector({
      ...{ host: at(second), insecureNoTls: true, bindDn: `cn=service,${suffix}` },
      ...{ bindPassword: 'service secret', userSearch: { baseDn: people, username: 'uid' } },
    });
    let over = false;
    void stuck.then(() => {
      over = true;
    });
    expect(await signIn(other, 'u3', 'pw-u3')).not.toBeNull();
    expect(over).toBe(false);
    await other.close?.();
    expect(await stuck).toMatchObject({ code: 'unavailable' });
  });

  test('until the time for the whole call is over is left alone by the next ones', async () => {
    first.hang();
    open([first, second], { timeouts: { search: '30s', bind: '30s', call: '1500ms' } });
    await expect(groupsOf('u1')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await groupsOf('u2')).toEqual(['group-u2']);
  });
});

// Attack: nobody's. A password that is tried on each server in turn counts once on each, and locks its owner out.
describe('a password that is wrong', () => {
  test('is counted by one server', async () => {
    open([first, second]);
    expect(await groupsOf('u1', 'wrong')).toBeNull();
    expect(counted(first, 'bind')).toBe(2);
    expect(workOf(second)).toEqual([]);
  });

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
});

describe('a password that is wrong, and a connection that had rested', () => {
  test('and breaks after the "no" do not show the password to the same server again', async () => {
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
    openPlayed();
    expect(await signIn(connector, 'jane', 'right')).toMatchObject({ username: 'jane' });
    expect([one.binds, two.binds]).toEqual([
      ['service', 'jane'],
      ['service', 'jane', 'stranger'],
    ]);
  });

  test('twice is not sent a third time', async () => {
    const [one, two, three] = await playAll(silentBinds, closingBinds, undefined);
    openPlayed();
    await expect(signIn(connector, 'jane', 'right')).rejects.toMatchObject({
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
    openPlayed();
    await signIn(connector, 'jane', 'right');
    rested = true;
    expect(await signIn(connector, 'jane', 'right')).toMatchObject({ username: 'jane' });
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
    openPlayed();
    await signIn(connector, 'jane', 'right');
    rested = true;
    expect(await signIn(connector, 'jane', 'right')).toMatchObject({ username: 'jane' });
    expect(two.binds).toEqual(['service', 'jane', 'stranger']);
    rested = false;
    expect(await signIn(connector, 'jane', 'right')).toMatchObject({ username: 'jane' });
    expect(one.binds).toEqual(['service', 'jane', 'stranger', 'jane', 'jane']);
    expect(host.logged).toEqual([]);
  });

  test('of one person while others are answered does not send the others away', async () => {
    const [one, two] = await playAll(silentBinds, undefined);
    openPlayed();
    await signIn(connector, 'jane', 'wrong');
    const slow = signIn(connector, 'jane', 'right');
    await expect.poll(() => one.binds).toContain('jane');
    expect(await signIn(connector, 'jane', 'wrong')).toBeNull();
    expect(await slow).toMatchObject({ username: 'jane' });
    expect(host.logged).toEqual([]);
    expect(await signIn(connector, 'jane', 'wrong')).toBeNull();
    expect(two.binds.filter((who) => who === 'wrong')).toEqual([]);
  });
});

describe('an answer that says that a server is in trouble', () => {
  test.each(['bind', 'search'] as const)('to a %s sends the work to the next one', async (word) => {
    const [one, two] = await playAll(({ id, kind, bytes }) => {
      if (kind !== word || (kind === 'bind' && whose(bytes) === 'service')) return undefined;
      return [kind === 'bind' ? bindResult(id, 51) : searchResult(id, 52)];
    }, undefined);
    openPlayed();
    expect(await signIn(connector, 'jane', 'right')).toMatchObject({ username: 'jane' });
    expect(two.binds).toEqual(['service', 'jane', 'stranger']);
    expect(lines()).toEqual([['ldap server went away', at(one)]]);
  });

  test('to the bind of the service account does, too', async () => {
    const [, two] = await playAll(
      ({ id, kind }) => (kind === 'bind' ? [bindResult(id, 51)] : undefined),
      undefined,
    );
    openPlayed();
    expect(await signIn(connector, 'jane', 'right')).not.toBeNull();
    expect(two.binds).toHaveLength(3);
  });

  test('that is nonsense sends the work to the next one', async () => {
    await playAll(
      ({ kind }) => (kind === 'search' ? [Buffer.from('HTTP/1.1 400\r\n\r\n')] : undefined),
      undefined,
    );
    openPlayed();
    expect(await signIn(connector, 'jane', 'right')).toMatchObject({ username: 'jane' });
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
    openPlayed();
    await expect(signIn(connector, 'jane', 'right')).rejects.toBeDefined();
    expect(two.asked).toEqual([]);
  });
});

describe('a service account that is refused', () => {
  const refuses: Play = ({ id, kind, bytes }) =>
    kind === 'bind' && whose(bytes) === 'service' ? [bindResult(id, 49)] : undefined;

  // Attack: nobody's. A morning's sign-ins with a stale password would lock the account within seconds.
  test('is refused once for all servers and all sign-ins of some seconds', async () => {
    const [one, two] = await playAll(refuses, undefined);
    openPlayed();
    for (let n = 0; n < 5; n += 1) {
      await expect(signIn(connector, 'jane', 'right')).rejects.toMatchObject({
        code: 'misconfigured',
        message: expect.stringContaining('cn=service'),
      });
    }
    expect([one.binds, two.asked]).toEqual([['service'], []]);
    const pauses = [10, 20, 40, 80, 160, 300, 300];
    for (const [n, pause] of pauses.entries()) {
      host.advance(pause * 1000 - 1);
      await expect(signIn(connector, 'jane', 'right')).rejects.toBeDefined();
      expect(one.binds).toHaveLength(n + 1);
      host.advance(1);
      await expect(signIn(connector, 'jane', 'right')).rejects.toBeDefined();
      expect(one.binds).toHaveLength(n + 2);
    }
  });

  test('works again as soon as it is let in', async () => {
    let locked = true;
    await playAll((request, count) => (locked ? refuses(request, count) : undefined));
    openPlayed();
    await expect(signIn(connector, 'jane', 'right')).rejects.toMatchObject({ code: 'misconfigured' });
    locked = false;
    host.advance(10_000);
    expect(await signIn(connector, 'jane', 'right')).not.toBeNull();
  });

  test('later on does not end the work on the connection that it has', async () => {
    let locked = false;
    await playAll((request, count) => (locked ? refuses(request, count) : undefined));
    openPlayed();
    await signIn(connector, 'jane', 'right');
    locked = true;
    expect(await signIn(connector, 'jane', 'right')).not.toBeNull();
  });
});

describe('a certificate that is not trusted', () => {
  test('sends the work to the next server', async () => {
    const stranger = await startOpenLdap({ ldif });
    try {
      const [good] = directories;
      if (good === undefined) throw new Error('no directory');
      open([], {
        ...secureConfig(good),
        ...{ host: [`localhost:${stranger.ldapsPort}`, `localhost:${good.ldapsPort}`], insecureNoTls: false },
      });
      expect(await groupsOf('u1')).toEqual(['group-u1']);
      expect(host.logged[0]?.fields.reason).toContain('not trusted');
      expect(await stranger.log()).not.toContain('BIND');
    } finally {
      await stranger.stop();
    }
  });

  test('of any server is for the administrator, and each is named', async () => {
    const { ca } = await makeCertificates(['localhost']);
    const hosts = directories.map(({ ldapsPort }) => `localhost:${ldapsPort}`);
    open([], { host: hosts, insecureNoTls: false, ca });
    await expect(groupsOf('u1')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(`${hosts[0]}: .* is not trusted.*; ${hosts[1]}: .* is not trusted`),
    });
  });
});

describe('servers that DNS names', () => {
  const name = '_ldap._tcp.localhost';

  test('are tried in its order, and left when it no longer names them', async () => {
    const [one, two] = await playAll(undefined, undefined);
    const target = (server: { port: number }, priority: number) => ({
      name: 'localhost',
      port: server.port,
      priority,
    });
    const dns = await startDnsServer({ [name]: [target(one, 1), target(two, 2)] });
    const directory = new Directory(
      configSchema.parse({ ...playedConfig, srv: 'localhost' }),
      () => host.now(),
      {
        log: host.log,
        resolver: dns.resolver,
      },
    );
    const signInAt = () =>
      directory.use(never, async (session) => {
        await session.bind(jane, 'right');
        return session.server;
      });
    expect(await signInAt()).toBe(`localhost:${one.port}`);
    await one.stop();
    expect(await signInAt()).toBe(`localhost:${two.port}`);

    const three = await playDirectory();
    played = [...played, three];
    dns.zone[name] = [target(three, 1)];
    host.advance(5 * MINUTE);
    await expect.poll(signInAt).toBe(`localhost:${three.port}`);
    expect(await directory.servers(never)).toEqual([`localhost:${three.port}`]);
    await expect.poll(() => two.sockets.every((socket) => socket.destroyed)).toBe(true);
    directory.close();
    await dns.stop();
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
