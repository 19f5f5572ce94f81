/**
 * A whole Gatehouse for flow tests: a database of its own, upstreams that are played, some clients, and any number of
 * server processes on it:
 *
 *     const house = await openHouse({ config: { tokens: { upstreamCheck: '0s' } } });
 *     const second = await house.replica();
 *     await house.behave({ people: { alice: { groups: ['dev'] } } });
 *     await house.close();
 *
 * Everybody's password is their name, turned round: `alice` has `ecila`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type Gatehouse, startGatehouse } from './gatehouse.ts';
import { freshDatabase, type PostgresServer, type TestDatabase } from './postgres.ts';
import { RelyingParty } from './relying-party.ts';

export const appSecret = 'a-client-secret-of-the-tests-0123456789';
export const appRedirect = 'https://app.example.com/callback';
export const nativeRedirect = 'http://127.0.0.1:8000/callback';

type Section = Readonly<Record<string, unknown>>;

export interface HouseOptions {
  /** Replaces whole sections of the configuration. */
  readonly config?: Section;
  readonly env?: Readonly<Record<string, string>>;
  /** A PostgreSQL server that this test alone uses. */
  readonly server?: PostgresServer;
  /** Default: a free one. */
  readonly port?: number;
  /** Default: the address that the port has. */
  readonly issuer?: string;
  /** PEM, for an issuer with a certificate. */
  readonly ca?: string;
}

export interface House {
  readonly issuer: string;
  readonly db: TestDatabase;
  /** The sealing key, as the operator has it. */
  readonly sealKey: string;
  /** The process that has the issuer's address; another one after `restart`. */
  readonly gatehouse: Gatehouse;
  /** Another process of the same installation. */
  replica(): Promise<Gatehouse>;
  /** Stops the first process and starts it again, with these sections replaced. */
  restart(config?: Section): Promise<Gatehouse>;
  /** What the upstream says from now on: see `behaviourFile` of the mock connector. */
  behave(behaviour: unknown): Promise<void>;
  /** Looks into the tables, or does damage to them, behind the server's back. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  party(clientId?: string, redirectUri?: string): Promise<RelyingParty>;
  close(): Promise<void>;
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const db = await freshDatabase(options.server ? { server: options.server } : {});
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-house-'));
  const behaviourFile = join(folder, 'behaviour.json');
  const sealKey = randomBytes(32).toString('base64');
  const env = { DATABASE_URL: db.url, SEAL_KEY: sealKey, APP_SECRET: appSecret, ...options.env };
  const admin = new pg.Pool({ connectionString: db.adminUrl, max: 2 });
  // A test that stops the server knows that it did.
  admin.on('error', () => {});
  let config = { ...defaults(behaviourFile), ...options.config };
  const { port, ca } = options;
  let first = await startGatehouse({
    config,
    env,
    ...(port !== undefined && { port }),
    ...(options.issuer !== undefined && { issuer: options.issuer }),
  });
  const { issuer } = first;
  const replicas: Gatehouse[] = [];
  const start = async (place: { port?: number }) => {
    const started = await startGatehouse({ config, env, issuer, ...place });
    replicas.push(started);
    return started;
  };
  return {
    issuer,
    db,
    sealKey,
    get gatehouse() {
      return first;
    },
    replica: () => start({}),
    restart: async (changes = {}) => {
      await first.stop();
      config = { ...config, ...changes };
      first = await start({ port: port ?? Number(new URL(issuer).port) });
      return first;
    },
    behave: async (behaviour) => {
      await writeFile(`${behaviourFile}.new`, JSON.stringify(behaviour));
      await rename(`${behaviourFile}.new`, behaviourFile);
    },
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    party: (clientId = 'app', redirectUri = clientId === 'kubernetes' ? nativeRedirect : appRedirect) =>
      RelyingParty.discover({
        issuer,
        clientId,
        redirectUri,
        ...(clientId === 'app' && { clientSecret: appSecret }),
        ...(ca !== undefined && { ca }),
      }),
    close: async () => {
      await Promise.all([first, ...replicas].map((each) => each.stop()));
      await admin.end();
      await db.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function defaults(behaviourFile: string): Section {
  return {
    database: { url: { fromEnv: 'DATABASE_URL' } },
    seal: { keys: [{ id: 'test', key: { fromEnv: 'SEAL_KEY' } }] },
    connectors: [
      mock('corp', 'Example directory', { kind: 'password', behaviourFile }),
      mock('sso', 'Example single sign-on', { kind: 'redirect', behaviourFile }),
      mock('partner', 'Partner company', { kind: 'redirect', behaviourFile }),
    ],
    clients: [
      client('app', { secrets: [{ fromEnv: 'APP_SECRET' }], connectors: ['corp'] }),
      client('kubernetes', {
        public: true,
        native: true,
        connectors: ['corp'],
        redirectUris: [nativeRedirect, 'http://localhost:8000/callback'],
      }),
      client('web', { public: true, connectors: ['sso'] }),
      client('portal', { name: 'Portal', public: true, trusted: false }),
    ],
  };
}

export function client(id: string, changes: Section = {}): Section {
  return { id, trusted: true, refreshTokens: 'always', redirectUris: [appRedirect], ...changes };
}

export function mock(id: string, name: string, config: Section): Section {
  return { id, type: 'mock', name, config: { people, ...config } };
}

const people = ['alice', 'bob', 'carol'].map((name) => ({
  id: name,
  username: name,
  displayName: `${name[0]?.toUpperCase()}${name.slice(1)} Example`,
  email: `${name}@example.com`,
  password: passwordOf(name),
  groups: name === 'alice' ? ['admins', 'dev'] : ['dev'],
}));

export function passwordOf(name: string): string {
  return [...name].reverse().join('');
}
