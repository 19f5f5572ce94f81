import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, lchown, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';
import { processMark } from './folder-lock.ts';

const isRoot = process.getuid?.() === 0;
let parent: string;
let lines: string[];
const started: EmbeddedPostgres[] = [];

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(parent, 0o755);
  lines = [];
});

afterEach(async () => {
  for (const database of started.splice(0)) {
    await database.stop();
    if (!database.folder.startsWith(parent)) await rm(database.folder, { recursive: true, force: true });
  }
  await rm(parent, { recursive: true, force: true });
});

async function start(folder = join(parent, 'var', 'postgres')): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ folder, progress: (line) => lines.push(line) });
  started.push(database);
  return database;
}

async function query(url: string, text: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const postmasterOf = async (database: EmbeddedPostgres) =>
  Number((await readFile(join(database.folder, 'cluster/data/postmaster.pid'), 'utf8')).split('\n')[0]);

/** A process of ours that uses the database and is then killed without a chance to clean up. */
async function useAndDie(folder: string): Promise<void> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded-postgres.ts'))};
    await startEmbeddedPostgres({ folder: ${JSON.stringify(folder)}, progress: () => undefined });
    process.stdout.write('ready');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('the embedded database', () => {
  it('is made once, answers, and keeps its rows over a restart', async () => {
    const first = await start();
    await query(first.url, 'create table kept as select 1 as n');
    await first.stop();
    const second = await start();
    expect(await query(second.url, 'select n from kept')).toEqual([[1]]);
    expect(lines.filter((line) => line.includes('(once)'))).toHaveLength(1);
  });

  it('listens on no network address, and lets nobody in without the password', async () => {
    const { url } = await start();
    expect(await query(url, 'show listen_addresses')).toEqual([['']]);
    expect(await query(url, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([[false]]);
    await expect(query(url.replace(/:[0-9a-f]+@/, ':guess@'), 'select 1')).rejects.toThrow(/password/);
    await expect(query(url.replace('//gatehouse:', '//postgres:'), 'select 1')).rejects.toThrow(/pg_hba/);
  });

  it('goes on while another process of ours uses it, and ends with the last', async () => {
    const database = await start();
    const child = spawnSync(process.execPath, [
      '--input-type=module',
      '-e',
      `import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded-postgres.ts'))};
       const database = await startEmbeddedPostgres({ folder: ${JSON.stringify(database.folder)}, progress() {} });
       await database.stop();`,
    ]);
    expect(child.status, String(child.stderr)).toBe(0);
    expect(await query(database.url, 'select 1')).toEqual([[1]]);
    const postmaster = await postmasterOf(database);
    await database.stop();
    expect(processMark(postmaster)).toBeUndefined();
  });

  it('adopts a database whose server was killed, and still stops it at the end', async () => {
    const folder = join(parent, 'var', 'postgres');
    await useAndDie(folder);
    const database = await start(folder);
    const postmaster = await postmasterOf(database);
    expect(await query(database.url, 'select 1')).toEqual([[1]]);
    await database.stop();
    expect(processMark(postmaster)).toBeUndefined();
  });

  it('is revived with every committed row after the database itself was killed', async () => {
    const database = await start();
    await query(database.url, 'create table kept as select 1 as n');
    process.kill(await postmasterOf(database), 'SIGKILL');
    await expect.poll(() => database.revive(), { timeout: 20_000, interval: 200 }).toBe(true);
    expect(await query(database.url, 'select n from kept')).toEqual([[1]]);
    expect(await database.revive()).toBe(false);
  });

  it('makes one database when five starts come at once', async () => {
    const folder = join(parent, 'postgres');
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => start(folder)));
    expect(new Set(all.map((database) => database.url)).size).toBe(1);
    expect(lines.filter((line) => line.includes('(once)'))).toHaveLength(1);
  });

  it('starts afresh where the making was cut short', async () => {
    await mkdir(join(parent, 'postgres', 'cluster.new', 'data'), { recursive: true });
    const { url } = await start(join(parent, 'postgres'));
    expect(await query(url, 'select 1')).toEqual([[1]]);
  });

  it('finds a shorter place for the socket of a very deep folder, and leaves nothing there', async () => {
    const database = await start(join(parent, 'a-rather-long-name-'.repeat(5), 'postgres'));
    const socket = new URL(database.url).searchParams.get('host') ?? '';
    expect(await query(database.url, 'select 1')).toEqual([[1]]);
    expect(socket.startsWith(parent)).toBe(false);
    await database.stop();
    expect(existsSync(socket)).toBe(false);
  });

  // Attack: a local user makes the socket's folder in /tmp before we do, and listens in it for our password.
  it('does not put its socket into a folder that somebody else can write to', async () => {
    const folder = join(parent, 'a-rather-long-name-'.repeat(5), 'postgres');
    const database = await start(folder);
    await database.stop();
    const socket = new URL(database.url).searchParams.get('host') ?? '';
    expect(socket.startsWith(tmpdir())).toBe(true);
    await mkdir(socket);
    await chmod(socket, 0o777);
    await expect(start(folder)).rejects.toThrow(/is not a folder of .* alone/);
    await rm(socket, { recursive: true });
    expect(await query((await start(folder)).url, 'select 1')).toEqual([[1]]);
  });

  // Attack: the account that PostgreSQL runs under lays a link, and root gives away, or empties, what it points to.
  it.each(['socket', 'users'])('follows no link in the place of its folder "%s"', async (name) => {
    const folder = join(parent, 'postgres');
    await (await start(folder)).stop();
    const target = join(parent, 'somebody-elses');
    await mkdir(target, { mode: 0o755 });
    await writeFile(join(target, 'kept'), 'precious');
    await rm(join(folder, name), { recursive: true });
    await symlink(target, join(folder, name));
    if (isRoot) await lchown(join(folder, name), (await stat(folder)).uid, (await stat(folder)).gid);
    await expect(start(folder)).rejects.toThrow(/is not a folder of .* alone/);
    expect((await stat(target)).uid).toBe(process.getuid?.());
    expect(await readFile(join(target, 'kept'), 'utf8')).toBe('precious');
    await rm(join(folder, name));
    await (await start(folder)).stop();
  });

  // Attack: as before, with links under the names of the marks that root will write.
  it('follows no link in the place of its mark', async () => {
    const folder = join(parent, 'postgres');
    await (await start(folder)).stop();
    const target = join(parent, 'precious');
    await writeFile(target, 'kept');
    await symlink(target, join(folder, 'users', String(process.pid)));
    await start(folder);
    expect(await readFile(target, 'utf8')).toBe('kept');
  });

  it('refuses the files of another major version, and says what to do', async () => {
    const first = await start();
    await first.stop();
    spawnSync('sh', ['-c', 'echo 12 > "$1"', 'sh', join(first.folder, 'cluster/data/PG_VERSION')]);
    await expect(start()).rejects.toThrow(/made by PostgreSQL 12.*dump it/);
  });

  it.runIf(isRoot)('keeps its password to the one who started it, also where umask is 077', async () => {
    const before = process.umask(0o077);
    try {
      const database = await start();
      const file = await stat(join(database.folder, 'cluster', 'password'));
      expect([file.mode & 0o777, file.uid]).toEqual([0o600, 0]);
      expect(database.folder.startsWith(parent)).toBe(true);
    } finally {
      process.umask(before);
    }
  });

  it.runIf(isRoot)('moves to a place of its own when its account cannot enter the checkout', async () => {
    await chmod(parent, 0o700);
    const database = await start();
    expect(database.folder).toMatch(/^\/var\/lib\/gatehouse\//);
    expect(lines.join('\n')).toContain(database.folder);
    expect(await query(database.url, 'select 1')).toEqual([[1]]);
  });
});
