import { type TestHost, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeCertificates } from '../../../../tests/support/certificates.ts';
import { group, person, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { startDnsServer } from '../../../../tests/support/dns-server.ts';
import { type LdapProxy, startLdapProxy } from '../../../../tests/support/ldap-proxy.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { configSchema } from '../config.ts';
import { Directory } from '../directory.ts';
import { openConnector, secureConfig, signIn } from '../testing/open-connector.ts';
import { type PlayedDirectory, playDirectory, playedConfig } from '../testing/played-directory.ts';

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

const never = new AbortController().signal;
const jane = `cn=jane,${people}`;

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
    const [one, two] = await Promise.all([playDirectory(), playDirectory()]);
    played = [one, two];
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
