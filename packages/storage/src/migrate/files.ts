/** The migrations that this version brings: `migrations/NNNN_words.sql`, forward only. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Migration {
  /** The file's name; the row in table `migrations` that says it was applied. */
  readonly name: string;
  /** An older version of the broker cannot work with a database that has it. */
  readonly breaking: boolean;
  readonly sql: string;
}

export const ownMigrations = fileURLToPath(new URL('../../../../migrations/', import.meta.url));

const fileName = /^\d{4}_[a-z0-9_]+\.sql$/;
/** The mark of a breaking migration: its first line. */
const breakingMark = /^-- breaking\b/;

/** In the order in which they are applied. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  const numbers = new Set(names.map((name) => name.slice(0, 4)));
  if (numbers.size < names.length) throw new Error(`${folder}: two migrations have the same number`);
  return await Promise.all(names.map((name) => readMigration(folder, name)));
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  if (!fileName.test(name)) throw new Error(`${join(folder, name)}: a migration is named NNNN_words.sql`);
  const sql = await readFile(join(folder, name), 'utf8');
  return { name, breaking: breakingMark.test(sql), sql };
}
