/** Processor time of one server process per refresh, per code flow from a session, and per read of `/keys`. */
import { readFileSync } from 'node:fs';
import { hashPassword } from '@gatehouse/connector-local';
import { startGatehouse } from '../tests/support/gatehouse.ts';
import { freshDatabase } from '../tests/support/postgres.ts';
import { defaultRedirectUri, RelyingParty } from '../tests/support/relying-party.ts';

const people = 16;
const rounds = 40;
/** Milliseconds a tick of /proc/<pid>/stat (USER_HZ is 100 on Linux). */
const tick = 10;

interface Person {
  readonly client: RelyingParty;
  refreshToken: string;
}

const algorithms = ['RS256', 'ES256'] as const;
const database = await freshDatabase();
const password = 'a password for the benchmark';
const gatehouse = await startGatehouse({
  config: {
    database: { url: { fromEnv: 'DATABASE_URL' } },
    seal: { keys: [{ id: 'bench', key: { fromEnv: 'SEAL_KEY' } }] },
    log: { level: 'warn', format: 'json' },
    limits: { passwordAttempts: { perAddress: { tries: 1000, window: '1m' } } },
    connectors: [{ id: 'local', type: 'local' }],
    users: await Promise.all(Array.from({ length: people }, (_, n) => user(n))),
    clients: algorithms.map((algorithm) => ({
      id: algorithm,
      name: algorithm,
      public: true,
      trusted: true,
      refreshTokens: 'always',
      idTokenAlgorithm: algorithm,
      redirectUris: [defaultRedirectUri],
    })),
  },
  env: { DATABASE_URL: database.url, SEAL_KEY: Buffer.alloc(32, 7).toString('base64') },
});

try {
  const results = new Map<string, number[]>();
  for (const algorithm of algorithms) {
    const group = await Promise.all(Array.from({ length: people }, (_, n) => signIn(algorithm, n)));
    await measure(group, refresh); // warm
    record(results, 'refresh', await measure(group, refresh));
    await measure(group, codeFlow);
    record(results, 'code flow from a session (/auth and /token)', await measure(group, codeFlow));
    record(results, 'read of /keys', await measure(group, readKeys));
  }
  console.log('| request | RS256 | ES256 | ES256 / RS256 |\n| --- | --- | --- | --- |');
  for (const [name, [rs256 = 0, es256 = 0]] of results) {
    console.log(`| ${name} | ${rs256.toFixed(2)} | ${es256.toFixed(2)} | ${(es256 / rs256).toFixed(2)} |`);
  }
} finally {
  await gatehouse.stop();
  await database.drop();
}

async function user(n: number) {
  const groups = Array.from({ length: 30 }, (_, index) => `team-${index}`);
  return { email: `person-${n}@example.com`, passwordHash: await hashPassword(password), groups };
}

async function signIn(clientId: string, n: number): Promise<Person> {
  const client = await RelyingParty.discover({ issuer: gatehouse.issuer, clientId });
  const tokens = await client.signIn(`person-${n}@example.com`, password);
  return { client, refreshToken: tokens.refresh_token ?? '' };
}

async function refresh(person: Person): Promise<void> {
  person.refreshToken = (await person.client.refresh(person.refreshToken)).refresh_token ?? '';
}

async function codeFlow({ client }: Person): Promise<void> {
  const authorization = await client.authorization();
  await client.exchange(authorization, await client.browser.go(authorization.url, client.redirectUri));
}

async function readKeys(): Promise<void> {
  await (await fetch(`${gatehouse.address}/keys`)).arrayBuffer();
}

/** Milliseconds of the server's processor time per request; everybody works at once. */
async function measure(group: readonly Person[], work: (person: Person) => Promise<void>): Promise<number> {
  const before = processorTime();
  await Promise.all(
    group.map(async (person) => {
      for (let round = 0; round < rounds; round += 1) await work(person);
    }),
  );
  return (processorTime() - before) / (group.length * rounds);
}

/** proc(5): fields 14 and 15 are the time in user and kernel mode. */
function processorTime(): number {
  const stat = readFileSync(`/proc/${gatehouse.process.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tick;
}

function record(results: Map<string, number[]>, name: string, value: number): void {
  results.set(name, [...(results.get(name) ?? []), value]);
}
