/** The keys that sign ID tokens, their private halves sealed. */
import { openJson, type Seal, type SigningKey, type SigningKeys, sealJson } from '@gatehouse/core';
import type { Database, Row, Transaction } from '../database/database.ts';
import { bytes, date, dateOrNull, object, present, text } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { purposeOf } from '../sealed.ts';
import { exclusively } from './exclusive.ts';

const list: Statement = {
  name: 'signing_key_list',
  text: `
    SELECT kid, algorithm, private_jwk_sealed, created_at, signs_from, retired_at, remove_at
    FROM signing_keys ORDER BY created_at, kid`,
};

const removeOthers: Statement = {
  name: 'signing_key_remove_others',
  text: 'DELETE FROM signing_keys WHERE kid <> ALL ($1::text[])',
};

const save: Statement = {
  name: 'signing_key_save',
  text: `
    INSERT INTO signing_keys (kid, algorithm, private_jwk_sealed, created_at, signs_from, retired_at, remove_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (kid) DO UPDATE SET
      signs_from = EXCLUDED.signs_from, retired_at = EXCLUDED.retired_at, remove_at = EXCLUDED.remove_at`,
};

export class PostgresSigningKeys implements SigningKeys {
  readonly #database: Database;
  readonly #seal: Seal;

  constructor(database: Database, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  async list(): Promise<readonly SigningKey[]> {
    return (await this.#database.query(list)).map((row) => this.#read(row));
  }

  async update(
    change: (keys: readonly SigningKey[]) => Promise<readonly SigningKey[]>,
  ): Promise<readonly SigningKey[]> {
    return await exclusively(this.#database, 'signingKeys', async (transaction) => {
      const before = (await transaction.query(list)).map((row) => this.#read(row));
      const after = await change(before);
      await this.#store(transaction, after);
      return after;
    });
  }

  async #store(transaction: Transaction, keys: readonly SigningKey[]): Promise<void> {
    await transaction.query(
      removeOthers,
      keys.map((key) => key.kid),
    );
    for (const key of keys) {
      const sealed = sealJson(this.#seal, key.privateJwk, keyPurpose(key.kid));
      const { retiredAt = null, removeAt = null } = key;
      await transaction.query(
        save,
        key.kid,
        key.algorithm,
        sealed,
        key.createdAt,
        key.signsFrom,
        retiredAt,
        removeAt,
      );
    }
  }

  #read(row: Row): SigningKey {
    const kid = text(row, 'kid');
    const opened = openJson(this.#seal, bytes(row, 'private_jwk_sealed'), keyPurpose(kid));
    const jwk = object({ jwk: opened }, 'jwk');
    return {
      kid,
      algorithm: algorithmOf(text(row, 'algorithm')),
      privateJwk: Object.fromEntries(Object.keys(jwk).map((name) => [name, text(jwk, name)])),
      createdAt: date(row, 'created_at'),
      signsFrom: date(row, 'signs_from'),
      ...present({ retiredAt: dateOrNull(row, 'retired_at'), removeAt: dateOrNull(row, 'remove_at') }),
    };
  }
}

function algorithmOf(name: string): SigningKey['algorithm'] {
  if (name === 'RS256' || name === 'ES256') return name;
  throw new Error(`the database holds a signing key for ${name}, which this version does not know`);
}

function keyPurpose(kid: string): string {
  return purposeOf('signing_keys.private_jwk_sealed', kid);
}
