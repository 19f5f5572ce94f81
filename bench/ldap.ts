/**
 * Sign-ins by a directory: with connections that are kept against a connection for each piece of work and each bind,
 * in one run against one server, and memory over many sign-ins.
 *
 *     node_modules/.bin/node bench/ldap.ts [sign-ins of the memory run, default 100000]
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { testCall } from '@gatehouse/connector-kit/testing';
import { configSchema } from '../connectors/ldap/src/config.ts';
import { Directory } from '../connectors/ldap/src/directory.ts';
import { verify } from '../connectors/ldap/src/verify.ts';
import { group, person, root, suffix, unit } from '../tests/support/directory-tree.ts';
import { type OpenLdap, startOpenLdap } from '../tests/support/openldap.ts';

const people = 200;
const atOnce = 16;
/** Sign-ins of one round; rounds of the two ways take turns, so that noise meets both. */
const round = 800;
const rounds = 5;
const long = Number(process.argv[2] ?? 100_000);
const samples = 10;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

interface Figures {
  perSecond: number[];
  cpu: number[];
}

const server = await startOpenLdap({ ldif: tree(), quiet: true });
try {
  // First, while nothing else has used memory.
  const { LDAPS } = ways(server);
  await watchMemory({ ...LDAPS, host: [LDAPS.host, `127.0.0.1:${server.ldapsPort}`] });
  console.log(
    `\n| ${atOnce} at once | sign-ins a second, kept | one each | kept / one each | CPU ms each, kept | one each |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const [name, config] of Object.entries(ways(server))) await compare(name, config);
} finally {
  await server.stop();
}

function tree(): string {
  const below = `ou=People,${suffix}`;
  const numbers = Array.from({ length: people }, (_, n) => n);
  const dn = (n: number) => `cn=u${n},${below}`;
  return [
    ...[root, unit('People'), unit('Groups')],
    ...numbers.map((n) => person(`u${n}`, `pw-${n}`, below, { uid: `u${n}`, mail: `u${n}@example.com` })),
    ...Array.from({ length: 20 }, (_, g) => {
      const members = numbers.filter((n) => n % 20 === g || n % 7 === g).map(dn);
      return group(`group-${g}`, `ou=Groups,${suffix}`, members);
    }),
  ].join('');
}

function ways({ port, ldapsPort, ca, adminDn, adminPassword }: OpenLdap) {
  const all = {
    ...{ bindDn: adminDn, bindPassword: adminPassword },
    userSearch: { baseDn: `ou=People,${suffix}`, username: 'uid' },
    groupSearch: { baseDn: `ou=Groups,${suffix}` },
  };
  return {
    'no TLS': { ...all, host: `127.0.0.1:${port}`, insecureNoTls: true },
    StartTLS: { ...all, host: `localhost:${port}`, startTls: true, ca },
    LDAPS: { ...all, host: `localhost:${ldapsPort}`, ca },
  };
}

function open(config: object, keepConnections: boolean): Directory {
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error };
  return new Directory(configSchema.parse(config), () => new Date(), { log, keepConnections });
}

async function compare(name: string, config: object): Promise<void> {
  const kept = open(config, true);
  const each = open(config, false);
  const figures = new Map([kept, each].map((way) => [way, { perSecond: [], cpu: [] } as Figures]));
  for (const way of [kept, each]) await signIns(way, round / 4); // warm
  for (let n = 0; n < rounds; n += 1) {
    for (const [way, { perSecond, cpu }] of figures) {
      const [began, used] = [performance.now(), process.cpuUsage()];
      await signIns(way, round);
      const { user, system } = process.cpuUsage(used);
      perSecond.push(round / ((performance.now() - began) / 1000));
      cpu.push((user + system) / 1000 / round);
    }
  }
  const of = (way: Directory, what: keyof Figures) => median(figures.get(way)?.[what] ?? []);
  const speeds = [of(kept, 'perSecond'), of(each, 'perSecond')] as const;
  const ratio = speeds[0] / speeds[1];
  const cpu = [of(kept, 'cpu').toFixed(2), of(each, 'cpu').toFixed(2)];
  console.log(
    `| ${[name, speeds[0].toFixed(0), speeds[1].toFixed(0), ratio.toFixed(2), ...cpu].join(' | ')} |`,
  );
  if (ratio < 1.5) process.exitCode = 1;
  kept.close();
  each.close();
}

async function watchMemory(config: object): Promise<void> {
  const directory = open(config, true);
  await signIns(directory, 2_000); // warm
  console.log(
    `\n| sign-ins over LDAPS | heap MB | outside the heap MB | resident MB |\n| --- | --- | --- | --- |`,
  );
  for (let sample = 0; sample <= samples; sample += 1) {
    if (sample > 0) await signIns(directory, long / samples);
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    const megabytes = [heapUsed, external, rss].map((bytes) => (bytes / 1024 / 1024).toFixed(1));
    console.log(`| ${[(sample * long) / samples, ...megabytes].join(' | ')} |`);
  }
  directory.close();
}

async function signIns(directory: Directory, count: number): Promise<void> {
  let begun = 0;
  const one = async () => {
    while (begun < count) {
      const n = begun % people;
      begun += 1;
      const identity = await verify(directory, { username: `u${n}`, password: `pw-${n}` }, testCall());
      if (identity?.username !== `u${n}` || identity.groups.length === 0)
        throw new Error(`u${n} is not who came`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
