/** From the configuration to an open store: database, migrations, sealing key, pool. */
import type { Config, SealConfig } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import { openSeal, type Seal, type Store } from '@gatehouse/core';
import { assertServable, holdsSealedRows, migrate, openStore } from '@gatehouse/storage';
import { type RunningDatabase, runDatabase } from './database.ts';
import { ensureSealFile } from './seal-file.ts';

export interface OpenStorage {
  readonly store: Store;
  readonly database: RunningDatabase;
  /** The store first, then our use of the database. */
  close(): Promise<void>;
}

export interface StorageOptions {
  readonly log: Log;
  readonly now: () => Date;
  /** One line for a person who waits. */
  readonly progress: (line: string) => void;
  /** `check`: a command beside the server changes no tables of a database that others use. */
  readonly tables: 'migrate' | 'check';
}

/** @throws DatabaseProblem, EmbeddedPostgresError, CommandFailure: each says what to do */
export async function openStorage(config: Config, options: StorageOptions): Promise<OpenStorage> {
  const database = await runDatabase(config.database, options.progress);
  try {
    // The embedded database has no other users: what is missing is made, also by `gatehouse user add`.
    if (options.tables === 'migrate' || config.database.kind === 'embedded')
      await migrateDatabase(database, options);
    else await assertServable(database.directUrl);
    const seal = await openSealing(config.seal, database, options);
    const store = await openStore({
      ...database,
      limits: config.limits,
      seal,
      log: options.log,
      now: options.now,
    });
    return { store, database, close: () => closeBoth(store, database) };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

export async function migrateDatabase(
  { directUrl }: RunningDatabase,
  { log, progress }: Pick<StorageOptions, 'log' | 'progress'>,
): Promise<readonly string[]> {
  return migrate({
    url: directUrl,
    log,
    progress: ({ name, number, of }) => progress(`Migrating the database: ${number} of ${of} (${name})`),
  });
}

async function openSealing(
  config: SealConfig,
  database: RunningDatabase,
  options: StorageOptions,
): Promise<Seal> {
  if (config.kind === 'keys') return openSeal(config.keys);
  const { key, made, warning } = await ensureSealFile(
    config.path,
    () => holdsSealedRows(database.directUrl),
    database.folder,
  );
  if (made)
    options.progress(`Made the sealing key ${config.path}: keep a copy of it apart from the database`);
  if (warning !== undefined) options.progress(warning);
  return openSeal([key]);
}

async function closeBoth(store: Store, database: RunningDatabase): Promise<void> {
  try {
    await store.close();
  } finally {
    await database.stop();
  }
}
