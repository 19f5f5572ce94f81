/**
 * Databases for tests, migrated and empty:
 *
 *     const db = await freshDatabase();
 *     … openStore({ url: db.url, … })
 *     await db.drop();
 *
 * All test files of a run share one server per version, which is gone when the run is. A test that stops its server
 * starts one of its own with `startPostgres`, and asks for databases there: `freshDatabase({ server })`.
 */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@gatehouse/storage';
import pg from 'pg';
import { processMark, withFolderLock } from '../../packages/storage/src/embedded/folder-lock.ts';
import { type PostgresServer, type PostgresVersion, runPid, startPostgres } from './postgres-cluster.ts';
import { silentLog } from './silent-log.ts';

export { type PostgresServer, type PostgresVersion, startPostgres } from './postgres-cluster.ts';

export interface TestDatabase {
  /** Of the role that owns the database and may do nothing else. */
  readonly url: string;
  /** The superuser's, for the same database. */
  readonly adminUrl: string;
  readonly name: string;
  readonly server: SharedServer;
  drop(): Promise<void>;
}

/** What may be known about a server that others use too. */
export type SharedServer = Pick<PostgresServer, 'adminUrl' | 'programs' | 'version'>;

export interface FreshDatabaseOptions {
  /** Default 15. */
  readonly version?: PostgresVersion;
  /** False: nothing in it. */
  readonly migrated?: boolean;
  /** Default: the one that the run shares. */
  readonly server?: PostgresServer;
}

const role = { name: 'gatehouse', password: 'gatehouse' };
const template = 'gatehouse_template';

export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<TestDatabase> {
  const server = options.server ?? (await sharedServer(options.version ?? 15));
  if (options.server) await prepare(options.server);
  const name = `test_${randomBytes(8).toString('hex')}`;
  const source = options.migrated === false ? 'template0' : template;
  await asAdmin(server.adminUrl, `CREATE DATABASE ${name} TEMPLATE ${source} OWNER ${role.name}`);
  return {
    name,
    server,
    url: urlFor(server, name, role.name, role.password),
    adminUrl: urlFor(server, name),
    drop: () => asAdmin(server.adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Runs one statement outside any transaction, as the superuser. */
async function asAdmin(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The first test file that asks starts it; the others read where it is. */
async function sharedServer(version: PostgresVersion): Promise<SharedServer> {
  const run = (processMark(runPid()) ?? '').replace(' ', '-');
  const note = join(tmpdir(), `gatehouse-test-run-${run}-postgres-${version}`);
  return await withFolderLock(`${note}.lock`, async () => {
    const known = await readFile(note, 'utf8').catch(() => null);
    if (known !== null) return JSON.parse(known) as SharedServer;
    const { adminUrl, programs } = await startPostgres({ version, alsoRemove: [note] });
    await prepare({ adminUrl });
    await writeFile(note, JSON.stringify({ version, adminUrl, programs }), { mode: 0o600 });
    return { version, adminUrl, programs };
  });
}

/** The role, and a database with all migrations to copy. Once a server. */
async function prepare(server: Pick<PostgresServer, 'adminUrl'>): Promise<void> {
  const client = new pg.Client({ connectionString: server.adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (rowCount) return;
    await client.query(`CREATE ROLE ${role.name} LOGIN PASSWORD '${role.password}'`);
    await client.query(`CREATE DATABASE ${template} OWNER ${role.name}`);
    await migrate({ url: urlFor(server, template, role.name, role.password), log: silentLog });
  } finally {
    await client.end();
  }
}

function urlFor(
  server: Pick<PostgresServer, 'adminUrl'>,
  database: string,
  user?: string,
  password?: string,
) {
  const url = new URL(server.adminUrl);
  url.pathname = `/${database}`;
  if (user !== undefined) url.username = user;
  if (password !== undefined) url.password = password;
  return url.href;
}
