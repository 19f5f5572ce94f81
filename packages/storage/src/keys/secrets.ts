/** Random keys that the broker makes for itself at its first start. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { BrokerSecrets, Seal, Secrets } from '@gatehouse/core';
import type { Database, Row, Transaction } from '../database/database.ts';
import { bytes, text } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { purposeOf } from '../sealed.ts';
import { exclusively } from './exclusive.ts';

/** Both purposes want 256 bits: HMAC-SHA-256 for the refresh tokens, and for the cookies' signatures. */
const secretLength = 32;
const purposes = ['cookie', 'refresh'] as const;
type Purpose = (typeof purposes)[number];

const list: Statement = {
  name: 'secret_list',
  text: 'SELECT id, purpose, value_sealed FROM secrets ORDER BY created_at DESC, id',
};
const save: Statement = {
  name: 'secret_save',
  text: 'INSERT INTO secrets (id, purpose, value_sealed, created_at) VALUES ($1, $2, $3, $4)',
};

export class PostgresSecrets implements Secrets {
  readonly #database: Database;
  readonly #seal: Seal;
  readonly #now: () => Date;

  constructor(database: Database, seal: Seal, now: () => Date) {
    this.#database = database;
    this.#seal = seal;
    this.#now = now;
  }

  /** What there is, which may be nothing yet. */
  async list(): Promise<BrokerSecrets> {
    return this.#read(await this.#database.query(list));
  }

  async ensure(): Promise<BrokerSecrets> {
    const found = await this.#database.query(list);
    if (missingFrom(found).length === 0) return this.#read(found);
    return await exclusively(this.#database, 'secrets', async (transaction) => {
      for (const purpose of missingFrom(await transaction.query(list)))
        await this.#make(transaction, purpose);
      return this.#read(await transaction.query(list));
    });
  }

  async #make(transaction: Transaction, purpose: Purpose): Promise<void> {
    const id = randomUUID();
    const sealed = this.#seal.seal(randomBytes(secretLength), secretPurpose(purpose, id));
    await transaction.query(save, id, purpose, sealed, this.#now());
  }

  #read(rows: readonly Row[]): BrokerSecrets {
    return { cookieKeys: this.#open(rows, 'cookie'), refreshKeys: this.#open(rows, 'refresh') };
  }

  #open(rows: readonly Row[], purpose: Purpose): readonly Uint8Array[] {
    return rows
      .filter((row) => row.purpose === purpose)
      .map((row) => this.#seal.open(bytes(row, 'value_sealed'), secretPurpose(purpose, text(row, 'id'))));
  }
}

function missingFrom(rows: readonly Row[]): readonly Purpose[] {
  return purposes.filter((purpose) => !rows.some((row) => row.purpose === purpose));
}

function secretPurpose(purpose: Purpose, id: string): string {
  return purposeOf('secrets.value_sealed', `${purpose}:${id}`);
}
