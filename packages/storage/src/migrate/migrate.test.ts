import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { freePort } from '../../../../tests/support/free-port.ts';
import { freshDatabase, startPostgres, type TestDatabase } from '../../../../tests/support/postgres.ts';
import { silentLog as log } from '../../../../tests/support/silent-log.ts';
import { versions } from '../../../../tests/support/store.ts';
import { assertServable, readApplied } from './applied.ts';
import { withConnection } from './connect.ts';
import { ownMigrations, readMigrations } from './files.ts';
import { type MigrationStep, migrate } from './migrate.ts';

const tables = (url: string) =>
  withConnection(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    return rows.map((row) => row.name);
  });

describe.each(versions)('migrations on PostgreSQL %i', (version) => {
  let db: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    db = await freshDatabase({ version, migrated: false });
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-migrations-'));
    await write('0001_one.sql', 'CREATE TABLE one (n int); INSERT INTO one VALUES (1);');
    await write('0002_two.sql', 'ALTER TABLE one ADD COLUMN two text;');
  });
  afterEach(async () => {
    await db.drop();
    await rm(folder, { recursive: true });
  });
  const write = (name: string, sql: string) => writeFile(join(folder, name), sql);
  const run = (more: { progress?: (step: MigrationStep) => void } = {}) =>
    migrate({ url: db.url, folder, log, ...more });

  test('an empty database gets all of them in order, and the second time nothing happens', async () => {
    const steps: MigrationStep[] = [];
    await expect(assertServable(db.url, folder)).rejects.toThrow('lacks 2 migration(s), first 0001_one.sql');
    const applied = await run({ progress: (step) => steps.push(step) });
    expect(applied).toEqual(['0001_one.sql', '0002_two.sql']);
    expect(steps).toEqual([
      { name: '0001_one.sql', number: 1, of: 2 },
      { name: '0002_two.sql', number: 2, of: 2 },
    ]);
    expect(await run({ progress: () => expect.unreachable() })).toEqual([]);
    await assertServable(db.url, folder);
  });

  test('ten processes at once apply each of them once', async () => {
    const applied = await Promise.all(Array.from({ length: 10 }, () => migrate({ url: db.url, log })));
    expect(applied.flat().sort()).toEqual((await readMigrations(ownMigrations)).map((each) => each.name));
  });

  test('one that fails leaves nothing of itself behind, and those before it stay', async () => {
    await write('0003_three.sql', 'CREATE TABLE three (n int); SELECT 1 / 0;');
    await expect(run()).rejects.toThrow('division by zero');
    expect(await tables(db.url)).toEqual(['migrations', 'one']);
    await write('0003_three.sql', 'CREATE TABLE three (n int);');
    expect(await run()).toEqual(['0003_three.sql']);
  });

  test('a database that is ahead by a harmless migration is served, so that a roll-back works', async () => {
    await write('0003_later.sql', 'CREATE TABLE later (n int);');
    await run();
    await rm(join(folder, '0003_later.sql'));
    expect(await run()).toEqual([]);
    await assertServable(db.url, folder);
  });

  test('a database that is ahead by a breaking migration is refused, with what to do', async () => {
    await write('0003_later.sql', '-- breaking: the old column goes\nALTER TABLE one DROP COLUMN two;');
    await run();
    await assertServable(db.url, folder);
    await rm(join(folder, '0003_later.sql'));
    for (const attempt of [run, () => assertServable(db.url, folder)]) {
      await expect(attempt()).rejects.toThrow(
        /newer version of Gatehouse.*0003_later\.sql.*or restore the backup/,
      );
    }
  });

  test('an account that may not create tables is told which right it lacks', async () => {
    await withConnection(db.adminUrl, async (client) => {
      await client.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
      await client.query('ALTER SCHEMA public OWNER TO postgres');
      await client.query(`ALTER DATABASE ${db.name} OWNER TO postgres`);
    });
    await expect(run()).rejects.toThrow('GRANT CREATE ON SCHEMA public TO "gatehouse"');
  });

  test('tables of another program are left alone', async () => {
    await withConnection(db.url, (client) => client.query('CREATE TABLE migrations (id int, batch int)'));
    await expect(run()).rejects.toThrow('Give Gatehouse a database of its own');
  });

  test('a server that is too old is refused before anything is made', async () => {
    // No such server is at hand: this database lies about its version.
    await withConnection(db.adminUrl, (client) =>
      client.query(`
        CREATE SCHEMA liar;
        CREATE FUNCTION liar.current_setting(name text) RETURNS text LANGUAGE sql AS
          $$ SELECT CASE name WHEN 'server_version' THEN '13.9' ELSE '130009' END $$;
        GRANT USAGE ON SCHEMA liar TO gatehouse;
        ALTER DATABASE ${db.name} SET search_path = liar, public, pg_catalog`),
    );
    await expect(run()).rejects.toThrow('PostgreSQL 13.9 is too old: Gatehouse needs version 14 or newer');
  });

  test('an error of the caller keeps its name, and the migration is undone', async () => {
    const progress = () => {
      throw new Error('the terminal is gone');
    };
    await expect(run({ progress })).rejects.toThrow(new Error('the terminal is gone'));
    expect(await run()).toEqual(['0001_one.sql', '0002_two.sql']);
  });

  test('a file that is not named like a migration, or has a number twice, is refused', async () => {
    await write('0002_again.sql', '');
    await expect(run()).rejects.toThrow('two migrations have the same number');
    await rm(join(folder, '0002_again.sql'));
    await write('three.sql', '');
    await expect(run()).rejects.toThrow('a migration is named NNNN_words.sql');
  });
});

describe('a database address', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await freshDatabase({ migrated: false });
  });
  afterAll(() => db.drop());
  const changed = (change: (url: URL) => void) => {
    const url = new URL(db.url);
    change(url);
    return migrate({ url: url.href, log });
  };

  test('where nobody listens says so', async () => {
    const port = await freePort();
    const attempt = changed((url) => {
      url.port = String(port);
    });
    await expect(attempt).rejects.toThrow(new RegExp(`127.0.0.1:${port} cannot be reached: .*ECONNREFUSED`));
  });

  test('whose host does not exist says so', async () => {
    const attempt = changed((url) => {
      url.hostname = 'no-such-host.invalid';
    });
    await expect(attempt).rejects.toThrow(/no-such-host\.invalid:\d+ cannot be reached/);
  });

  test('of a socket that is not there says so', async () => {
    const attempt = migrate({ url: 'postgres://u:secret@localhost/d?host=/nowhere', log });
    await expect(attempt).rejects.toThrow('/nowhere/.s.PGSQL.5432 cannot be reached');
  });

  test('with a wrong password says so, without the password', async () => {
    const attempt = changed((url) => {
      url.password = 'hunter2';
    });
    await expect(attempt).rejects.toThrow('refuses the password of user "gatehouse"');
    await expect(attempt).rejects.not.toThrow('hunter2');
  });

  test('of a database that does not exist says how to make it', async () => {
    const attempt = changed((url) => {
      url.pathname = '/nothing';
    });
    await expect(attempt).rejects.toThrow('CREATE DATABASE "nothing" OWNER "gatehouse"');
  });

  test.each(['not a url', 'postgres://u:hunter2@host:port/db', 'postgres://u:hunter2@[host/db', ''])(
    'that makes no sense (%s) never repeats its password',
    async (url) => {
      const error = await migrate({ url, log }).catch((reason: unknown) => reason);
      expect(String(error)).toContain('`database.url` is not a PostgreSQL address');
      expect(JSON.stringify([error, String(error), (error as Error).stack])).not.toContain('hunter2');
    },
  );

  test('that names a certificate which is not there says which', async () => {
    const attempt = migrate({ url: 'postgres://u:hunter2@localhost/db?sslrootcert=/no/such/ca.crt', log });
    await expect(attempt).rejects.toThrow('names the file "/no/such/ca.crt", which cannot be read: ENOENT');
    await expect(attempt).rejects.not.toThrow('hunter2');
  });

  test('of a server that takes no more connections says what to raise', async () => {
    const server = await startPostgres({ version: 15 });
    const small = await freshDatabase({ server });
    await withConnection(small.adminUrl, (client) => client.query('ALTER ROLE gatehouse CONNECTION LIMIT 0'));
    await expect(migrate({ url: small.url, log })).rejects.toThrow('has no free connection');
    await server.remove();
  });
});

test('a role that may not read the tables of another learns what to grant', async () => {
  const database = await freshDatabase();
  await withConnection(database.adminUrl, (client) =>
    client.query('ALTER TABLE migrations OWNER TO postgres; REVOKE ALL ON migrations FROM gatehouse'),
  );
  const attempt = migrate({ url: database.url, log });
  await expect(attempt).rejects.toThrow('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES');
  await database.drop();
});

describe('our own migrations', () => {
  test('leave the transaction to the runner', async () => {
    for (const { name, sql } of await readMigrations(ownMigrations)) {
      expect(sql, name).not.toMatch(/^\s*(BEGIN|COMMIT|ROLLBACK|START TRANSACTION)\s*;/im);
    }
  });

  test('are the ones that the test databases have', async () => {
    const db = await freshDatabase();
    const applied = await withConnection(db.url, readApplied);
    expect(applied.map((each) => each.name)).toEqual(
      (await readMigrations(ownMigrations)).map((each) => each.name),
    );
    await db.drop();
  });

  test('say which of them is breaking in their first line only', async () => {
    expect((await readMigrations(ownMigrations)).map((each) => each.breaking)).not.toContain(true);
    expect(await readFile(join(ownMigrations, '0001_first_tables.sql'), 'utf8')).not.toMatch(/^-- breaking/);
  });
});
