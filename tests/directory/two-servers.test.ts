/**
 * Two servers under load: the first is killed, frozen, cut off and brought back, while twenty people sign in with right
 * and with wrong passwords. Nobody is turned away for it, nobody comes in as somebody else, and the work goes back.
 */
import type { ConnectorHost } from '@gatehouse/connector-kit';
import { type TestHost, testCall, testHost } from '@gatehouse/connector-kit/testing';
import ldap from '@gatehouse/connector-ldap';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LdapProxy, startLdapProxy } from '../support/ldap-proxy.ts';
import { type OpenLdap, startOpenLdap } from '../support/openldap.ts';

const suffix = 'dc=example,dc=org';
const people = Array.from({ length: 20 }, (_, n) => `u${n}`);

let directories: readonly OpenLdap[] = [];
let proxies: readonly LdapProxy[] = [];
beforeAll(async () => {
  directories = await Promise.all([1, 2].map(() => startOpenLdap({ ldif: tree(), quiet: true })));
  proxies = await Promise.all(directories.map(({ port }) => startLdapProxy(port)));
});
afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy.stop()));
  await Promise.all(directories.map((directory) => directory.stop()));
});

function tree(): string {
  const entry = (dn: string, ...lines: string[]) => `\ndn: ${dn}\n${lines.join('\n')}\n`;
  const unit = (name: string) =>
    entry(`ou=${name},${suffix}`, 'objectClass: organizationalUnit', `ou: ${name}`);
  const persons = people.map((uid, n) =>
    entry(
      `uid=${uid},ou=People,${suffix}`,
      ...['objectClass: inetOrgPerson', `uid: ${uid}`, `cn: ${uid}`, `sn: ${uid}`, `userPassword: pw-${uid}`],
      `entryUUID: 5d3c2f1e-8f4a-4a53-9a57-${String(n).padStart(12, '0')}`,
    ),
  );
  const groups = people.map((uid) =>
    entry(
      `cn=of-${uid},ou=Groups,${suffix}`,
      ...['objectClass: groupOfNames', `cn: of-${uid}`, `member: uid=${uid},ou=People,${suffix}`],
    ),
  );
  return [
    entry(suffix, 'objectClass: dcObject', 'objectClass: organization', 'o: Example', 'dc: example'),
    ...[unit('People'), unit('Groups'), ...persons, ...groups],
  ].join('');
}

let host: TestHost;
let load: Load;
beforeEach(async () => {
  host = testHost();
  load = new Load(await open({ ...host, now: () => new Date() }));
});
afterEach(async () => {
  await load.end();
  for (const directory of directories) directory.thaw();
  for (const proxy of proxies) await proxy.reset();
});

async function open(with_: ConnectorHost) {
  const read = await ldap.config['~standard'].validate({
    host: proxies.map(({ port }) => `127.0.0.1:${port}`),
    ...{ insecureNoTls: true, bindDn: `cn=admin,${suffix}`, bindPassword: 'admin' },
    userSearch: { baseDn: `ou=People,${suffix}`, username: 'uid' },
    groupSearch: { baseDn: `ou=Groups,${suffix}` },
    timeouts: { connect: '2s', bind: '2s', search: '2s', call: '20s' },
  });
  if (read.issues) throw new Error(read.issues.map((issue) => issue.message).join('; '));
  return ldap.open(read.value, with_);
}

/** Everybody signs in again and again, every fourth time with a password that is wrong. */
class Load {
  /** What was not as it should be. */
  readonly faults: unknown[] = [];
  done = 0;
  #ending = false;
  readonly #connector: Awaited<ReturnType<typeof open>>;
  readonly #loops: Promise<unknown>;

  constructor(connector: Awaited<ReturnType<typeof open>>) {
    this.#connector = connector;
    this.#loops = Promise.all(people.map((uid, n) => this.#signInAgainAndAgain(uid, n)));
  }

  /** Resolves when so many more have signed in, or been refused. */
  async more(count: number): Promise<void> {
    const goal = this.done + count;
    await expect.poll(() => this.done, { timeout: 60_000, interval: 20 }).toBeGreaterThan(goal);
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#loops;
    await this.#connector.close?.();
  }

  async #signInAgainAndAgain(uid: string, n: number): Promise<void> {
    for (let round = n; !this.#ending; round += 1) {
      const right = round % 4 !== 0;
      const seen = await this.#signIn(uid, right ? `pw-${uid}` : 'wrong').catch((error: unknown) => error);
      const expected = right ? `${uid}: of-${uid}` : null;
      if (seen !== expected) this.faults.push({ uid, right, seen });
      this.done += 1;
    }
  }

  async #signIn(username: string, password: string): Promise<string | null> {
    const { login } = this.#connector;
    if (login.kind !== 'password') throw new Error('not a password connector');
    const identity = await login.verify({ username, password }, testCall());
    return identity && `${identity.username}: ${identity.groups.join()}`;
  }
}

const binds = (index: number) => proxies[index]?.asked.filter((word) => word === 'bind').length ?? 0;

async function forget(): Promise<void> {
  for (const proxy of proxies) await proxy.reset();
}

/** The first server does everything again, and the second one nothing but to say that it is there, where it was away. */
async function workIsBackWithTheFirst(): Promise<void> {
  await forget();
  await expect.poll(() => binds(0), { timeout: 90_000 }).toBeGreaterThan(100);
  // What was under way at the second one may end there.
  await load.more(people.length);
  await forget();
  const before = load.done;
  await load.more(400);
  // The service account's, which asks whether the second one is back.
  expect(binds(1)).toBeLessThanOrEqual(2);
  // One bind for each of them, be the password right or wrong.
  expect(binds(0)).toBeLessThanOrEqual(load.done - before + people.length);
}

const troubles: Record<string, { begin: () => unknown; end: () => unknown }> = {
  killed: { begin: () => directories[0]?.kill(), end: () => directories[0]?.restart('') },
  frozen: { begin: () => directories[0]?.freeze(), end: () => directories[0]?.thaw() },
  'cut off without a word': { begin: () => proxies[0]?.hang(), end: () => proxies[0]?.reset() },
  'cut off with a reset': { begin: () => proxies[0]?.takeDown(), end: () => proxies[0]?.reset() },
};

test.each(Object.keys(troubles))(
  'a server that is %s under load costs nobody the sign-in, and has the work again when it is back',
  async (name) => {
    await workIsBackWithTheFirst();
    for (let times = 0; times < 2; times += 1) {
      await troubles[name]?.begin();
      await load.more(people.length * 2);
      const before = binds(1);
      await load.more(1000);
      expect(binds(1) - before).toBeGreaterThan(900);
      await troubles[name]?.end();
      await workIsBackWithTheFirst();
    }
    expect(load.faults).toEqual([]);
    const told = host.logged.map(({ message }) => message);
    const each = ['ldap server went away', 'ldap server is back'];
    expect(told).toEqual([...each, ...each]);
  },
  240_000,
);

test('both servers frozen and thawed turn nobody into somebody else, and all can sign in afterwards', async () => {
  await workIsBackWithTheFirst();
  for (const directory of directories) directory.freeze();
  await load.more(people.length);
  for (const directory of directories) directory.thaw();
  await workIsBackWithTheFirst();
  const wrongly = load.faults.filter(
    (fault) => !(fault as { seen: unknown }).seen || typeof (fault as { seen: unknown }).seen === 'string',
  );
  expect(wrongly).toEqual([]);
  expect(load.faults.length).toBeGreaterThan(0);
  const before = load.faults.length;
  await load.more(1000);
  expect(load.faults).toHaveLength(before);
}, 240_000);
