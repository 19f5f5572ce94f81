/** Whether a database fits this version of the broker. */
import type pg from 'pg';
import { withConnection } from './connect.ts';
import { type Migration, ownMigrations, readMigrations } from './files.ts';
import { DatabaseProblem } from './problem.ts';

export interface Applied {
  readonly name: string;
  readonly breaking: boolean;
}

/** Empty where nobody has migrated yet. */
export async function readApplied(client: pg.Client): Promise<readonly Applied[]> {
  if (!(await tableExists(client, 'migrations'))) return [];
  return (await client.query<Applied>('SELECT name, breaking FROM migrations ORDER BY name')).rows;
}

export async function tableExists(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS found', [name]);
  return rows[0]?.found === true;
}

/**
 * A newer version has been here. What it only added does not disturb us, so that a roll-back works; what it
 * changed under our feet does.
 */
export function refuseAhead(applied: readonly Applied[], known: readonly Migration[]): void {
  const names = new Set(known.map((each) => each.name));
  const unknown = applied.filter((each) => each.breaking && !names.has(each.name));
  if (unknown.length === 0) return;
  const list = unknown.map((each) => each.name).join(', ');
  throw new DatabaseProblem(
    `A newer version of Gatehouse has changed this database in a way that this one cannot work with (${list}). Run that version or a later one, or restore the backup from before the upgrade.`,
  );
}

/** @throws DatabaseProblem when the database is ahead by a breaking migration, or behind */
export async function assertServable(url: string, folder: string = ownMigrations): Promise<void> {
  const known = await readMigrations(folder);
  await withConnection(url, async (client) => {
    const applied = await readApplied(client);
    refuseAhead(applied, known);
    const names = new Set(applied.map((each) => each.name));
    const missing = known.filter((each) => !names.has(each.name)).map((each) => each.name);
    if (missing.length > 0) {
      throw new DatabaseProblem(
        `The database lacks ${missing.length} migration(s), first ${missing[0]}. Run \`gatehouse migrate\`.`,
      );
    }
  });
}
