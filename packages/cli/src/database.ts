/** Where the rows live: a PostgreSQL that somebody else runs, or the embedded one that we start and stop. */
import type { Database } from '@gatehouse/config';
import { startEmbeddedPostgres } from '@gatehouse/storage';

export interface RunningDatabase {
  readonly url: string;
  /** Past any pooler: for migrations. */
  readonly directUrl: string;
  /** Of the embedded database: where its files really are. */
  readonly folder?: string;
  readonly poolSize: number;
  readonly preparedStatements: boolean;
  /** Milliseconds. */
  readonly statementTimeout: number;
  /** Starts it again if somebody killed it; true if it had to. Always false where it is not ours. */
  revive(): Promise<boolean>;
  /** Gives up our use of it. */
  stop(): Promise<void>;
}

/** What suits a database on the same machine that nobody else uses. */
const embeddedSettings = { poolSize: 10, preparedStatements: true, statementTimeout: 5_000 };

/** @throws EmbeddedPostgresError with what to do */
export async function runDatabase(
  database: Database,
  progress: (line: string) => void,
): Promise<RunningDatabase> {
  if (database.kind === 'url') return { ...database, revive: async () => false, stop: async () => {} };
  const { url, folder, revive, stop } = await startEmbeddedPostgres({ folder: database.path, progress });
  return { ...embeddedSettings, url, directUrl: url, folder, revive, stop };
}
