/**
 * A store on a fresh database, with a clock that stands still until it is told otherwise:
 *
 *     const place = await freshStore({ version: 18 });
 *     place.clock.pass(60);
 *     await place.close();
 */
import { randomBytes } from 'node:crypto';
import { firstLineage, type OfflineSession, openSeal, type Seal, type Store } from '@gatehouse/core';
import { openStore, type StoreOptions } from '@gatehouse/storage';
import pg from 'pg';
import { type FreshDatabaseOptions, freshDatabase, type TestDatabase } from './postgres.ts';
import { silentLog } from './silent-log.ts';

/** Every version that the conformance suites run on. */
export const versions = [14, 15, 18] as const;

export class TestClock {
  #now = new Date('2030-01-01T12:00:00.000Z');
  readonly now = () => new Date(this.#now);

  /** @param seconds may be negative */
  pass(seconds: number): Date {
    this.#now = this.in(seconds);
    return this.now();
  }

  in(seconds: number): Date {
    return new Date(this.#now.getTime() + seconds * 1_000);
  }
}

/** An id or a token, as long as the real ones. */
export const newId = () => randomBytes(32).toString('base64url');

/** An offline session that has just been opened, good for ten minutes. */
export function sampleOfflineSession(clock: TestClock, more: Partial<OfflineSession> = {}): OfflineSession {
  return {
    id: randomBytes(32),
    grantId: randomBytes(8).toString('hex'),
    subject: 'ann',
    clientId: 'kubernetes',
    lineage: firstLineage(),
    payload: {},
    createdAt: clock.now(),
    expiresAt: clock.in(600),
    ...more,
  };
}

export interface TestStore {
  readonly db: TestDatabase;
  readonly store: Store;
  readonly clock: TestClock;
  readonly seal: Seal;
  /** A second process on the same database, as far as the database can tell. */
  another(changes?: Partial<StoreOptions>): Promise<Store>;
  /** Looks into the tables, or does damage to them, behind the store's back. */
  sql<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export type FreshStoreOptions = FreshDatabaseOptions & Partial<Omit<StoreOptions, 'url' | 'now'>>;

export async function freshStore(options: FreshStoreOptions = {}): Promise<TestStore> {
  const db = await freshDatabase(options);
  const clock = new TestClock();
  const seal = options.seal ?? openSeal([{ id: 'test', key: randomBytes(32) }]);
  const admin = new pg.Pool({ connectionString: db.adminUrl, max: 2 });
  // The test that stops the server knows.
  admin.on('error', () => {});
  const opened: Store[] = [];
  const another = async (changes: Partial<StoreOptions> = {}) => {
    const store = await openStore({ ...defaults, ...options, url: db.url, seal, now: clock.now, ...changes });
    opened.push(store);
    return store;
  };
  return {
    db,
    clock,
    seal,
    another,
    store: await another(),
    sql: async (text, values = []) => (await admin.query(text, [...values])).rows,
    close: async () => {
      await Promise.all(opened.map((store) => store.close().catch(() => {})));
      await admin.end();
      await db.drop();
    },
  };
}

const defaults = {
  limits: { pendingSignIns: 100 },
  poolSize: 10,
  preparedStatements: true,
  statementTimeout: 10_000,
  log: silentLog,
};
