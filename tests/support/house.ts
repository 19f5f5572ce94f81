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

export class House {
  readonly db: TestDatabase;
  /** The sealing key, as the operator has it. */
  readonly sealKey = randomBytes(32).toString('base64');
  readonly #options: HouseOptions;
  readonly #folder: string;
  readonly #admin: pg.Pool;
  readonly #env: Readonly<Record<string, string>>;
  readonly #started: Gatehouse[] = [];
  #config: Section;

  /** Nothing runs yet. */
  constructor(options: HouseOptions, db: TestDatabase, folder: string) {
    this.db = db;
    this.#options = options;
    this.#folder = folder;
    this.#admin = new pg.Pool({ connectionString: db.adminUrl, max: 2 });
    // A test that stops the server knows that it did.
    this.#admin.on('error', () => {});
    this.#env = { DATABASE_URL: db.url, SEAL_KEY: this.sealKey, APP_SECRET: appSecret, ...options.env };
    this.#config = { ...defaults(this.behaviourFile), ...options.config };
  }

  /** The process that has the issuer's address; another one after `restart`. */
  get gatehouse(): Gatehouse {
    const [first] = this.#started;
    if (first === undefined) throw new Error('nothing was started');
    return first;
  }

  get issuer(): string {
    return this.gatehouse.issuer;
  }

  async start(): Promise<void> {
    const { port, issuer } = this.#options;
    this.#started[0] = await this.#launch({ ...(port && { port }), ...(issuer && { issuer }) });
  }

  /** Another process of the same installation. */
  async replica(): Promise<Gatehouse> {
    const replica = await this.#launch({ issuer: this.issuer });
    this.#started.push(replica);
    return replica;
  }

  /** Stops the first process and starts it again, with these sections replaced. */
  async restart(config: Section = {}): Promise<void> {
    const { issuer } = this;
    await this.gatehouse.stop();
    this.#config = { ...this.#config, ...config };
    const port = this.#options.port ?? Number(new URL(issuer).port);
    this.#started[0] = await this.#launch({ issuer, port });
  }

  /** What the upstream says from now on: see `behaviourFile` of the mock connector. */
  async behave(behaviour: unknown): Promise<void> {
    const file = this.behaviourFile;
    await writeFile(`${file}.new`, JSON.stringify(behaviour));
    await rename(`${file}.new`, file);
  }

  /** Looks into the tables, or does damage to them, behind the server's back. */
  async sql<Row extends object>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.#admin.query<Row>(text, [...values])).rows;
  }

  async party(clientId = 'app', redirectUri = redirectOf(clientId)): Promise<RelyingParty> {
    const { issuer } = this;
    const { ca } = this.#options;
    const secret = clientId === 'app' && { clientSecret: appSecret };
    return await RelyingParty.discover({ issuer, clientId, redirectUri, ...secret, ...(ca && { ca }) });
  }

  async close(): Promise<void> {
    await Promise.all(this.#started.map((each) => each.stop()));
    await this.#admin.end();
    await this.db.drop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Where `behave` writes, for a connector that a test configures itself. */
  get behaviourFile(): string {
    return join(this.#folder, 'behaviour.json');
  }

  #launch(place: { port?: number; issuer?: string }): Promise<Gatehouse> {
    return startGatehouse({ config: this.#config, env: this.#env, ...place });
  }
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const db = await freshDatabase(options.server ? { server: options.server } : {});
  const house = new House(options, db, await mkdtemp(join(tmpdir(), 'gatehouse-house-')));
  try {
    await house.start();
    return house;
  } catch (error) {
    await house.close();
    throw error;
  }
}

function redirectOf(clientId: string): string {
  return clientId === 'kubernetes' ? nativeRedirect : appRedirect;
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
