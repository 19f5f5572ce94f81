/** Sign-ins that are tried from the command line: the box through which the command and the server talk. */
import type { Arrival, Departure, Json } from '@gatehouse/connector-kit';
import {
  type OpenTry,
  openJson,
  type Seal,
  sealJson,
  type Tries,
  type TryFindings,
  type TryOffer,
} from '@gatehouse/core';
import type { Database, Row } from '../database/database.ts';
import { bytes, object, text } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';
import { purposeOf, type SealedColumn } from '../sealed.ts';
import { arrivalOf, arrivalToJson } from './arrivals.ts';

const open: Statement = {
  name: 'try_open',
  text: `INSERT INTO tries (id_hash, token_hash, connector_id, offer_sealed, expires_at) VALUES ($1, $2, $3, $4, $5)`,
};

const find: Statement = {
  name: 'try_find',
  text: `
    SELECT id_hash, offer_sealed, browser_hash, arrival_sealed, findings_sealed FROM tries
    WHERE id_hash = $1 AND expires_at > $2`,
};

const findByToken: Statement = {
  name: 'try_find_by_token',
  text: 'SELECT id_hash, offer_sealed FROM tries WHERE token_hash = $1 AND expires_at > $2',
};

const isExpected: Statement = {
  name: 'try_is_expected',
  text: `
    SELECT FROM tries
    WHERE connector_id = $1 AND expires_at > $2 AND browser_hash IS NOT NULL
      AND arrival_sealed IS NULL AND findings_sealed IS NULL
    LIMIT 1`,
};

const begin: Statement = {
  name: 'try_begin',
  text: `
    UPDATE tries SET browser_hash = $2
    WHERE id_hash = $1 AND expires_at > $3 AND (browser_hash IS NULL OR browser_hash = $2)
      AND arrival_sealed IS NULL AND findings_sealed IS NULL`,
};

const arrive: Statement = {
  name: 'try_arrive',
  text: `
    UPDATE tries SET arrival_sealed = $3
    WHERE id_hash = $1 AND browser_hash = $2 AND expires_at > $4
      AND arrival_sealed IS NULL AND findings_sealed IS NULL`,
};

const conclude: Statement = {
  name: 'try_conclude',
  text: 'UPDATE tries SET findings_sealed = $2, arrival_sealed = NULL WHERE id_hash = $1',
};

const close: Statement = { name: 'try_close', text: 'DELETE FROM tries WHERE id_hash = $1' };

export class PostgresTries implements Tries {
  readonly #database: Database;
  readonly #seal: Seal;
  readonly #now: () => Date;

  constructor(database: Database, seal: Seal, now: () => Date) {
    this.#database = database;
    this.#seal = seal;
    this.#now = now;
  }

  async open(offer: TryOffer): Promise<void> {
    const idHash = hashOf(offer.id);
    const sealed = this.#sealed('tries.offer_sealed', idHash, offerToJson(offer));
    const { connectorId, expiresAt } = offer;
    await this.#database.change(open, idHash, hashOf(offer.token), connectorId, sealed, expiresAt);
  }

  async find(id: string, browser?: string): Promise<OpenTry | null> {
    const [row] = await this.#database.query(find, hashOf(id), this.#now());
    if (!row) return null;
    const arrival = this.#opened(row, 'tries.arrival_sealed');
    const findings = this.#opened(row, 'tries.findings_sealed');
    return {
      offer: this.#offer(row),
      begun: begunBy(row, browser),
      ...(arrival !== null && { arrival: arrivalOf(arrival) }),
      // Sealed by the command as what it is: nobody else can write there.
      ...(findings !== null && { findings: findings as unknown as TryFindings }),
    };
  }

  async findByToken(token: string): Promise<TryOffer | null> {
    const [row] = await this.#database.query(findByToken, hashOf(token), this.#now());
    return row ? this.#offer(row) : null;
  }

  async isExpected(connectorId: string): Promise<boolean> {
    // PostgreSQL cannot hold a NUL, so nobody can have opened one for such an id.
    if (connectorId.includes('\0')) return false;
    return (await this.#database.query(isExpected, connectorId, this.#now())).length > 0;
  }

  async begin(id: string, browser: string): Promise<boolean> {
    return (await this.#database.change(begin, hashOf(id), hashOf(browser), this.#now())) === 1;
  }

  async arrive(id: string, browser: string, arrival: Arrival): Promise<boolean> {
    const idHash = hashOf(id);
    const sealed = this.#sealed('tries.arrival_sealed', idHash, arrivalToJson(arrival));
    return (await this.#database.change(arrive, idHash, hashOf(browser), sealed, this.#now())) === 1;
  }

  async conclude(id: string, findings: TryFindings): Promise<void> {
    const idHash = hashOf(id);
    const json = findings as unknown as Json;
    await this.#database.change(conclude, idHash, this.#sealed('tries.findings_sealed', idHash, json));
  }

  async close(id: string): Promise<void> {
    await this.#database.change(close, hashOf(id));
  }

  #offer(row: Row): TryOffer {
    return offerOf(this.#opened(row, 'tries.offer_sealed'));
  }

  #sealed(column: SealedColumn, idHash: Uint8Array, value: Json): Uint8Array {
    return sealJson(this.#seal, value, purposeOf(column, hex(idHash)));
  }

  #opened(row: Row, column: SealedColumn): Json {
    const name = column.slice('tries.'.length);
    if (row[name] === null) return null;
    return openJson(this.#seal, bytes(row, name), purposeOf(column, hex(bytes(row, 'id_hash'))));
  }
}

/** By their hashes, so how long the comparison takes tells nothing. */
function begunBy(row: Row, browser: string | undefined): OpenTry['begun'] {
  if (row.browser_hash === null) return 'no';
  const same = browser !== undefined && hex(bytes(row, 'browser_hash')) === hex(hashOf(browser));
  return same ? 'here' : 'elsewhere';
}

function hex(data: Uint8Array): string {
  return Buffer.from(data).toString('hex');
}

function offerToJson({ departure, expiresAt, ...offer }: TryOffer): Json {
  return {
    ...offer,
    url: departure.url.href,
    fields: departure.method === 'POST' ? departure.fields : null,
    expiresAt: expiresAt.toISOString(),
  };
}

function offerOf(opened: Json): TryOffer {
  const row = object({ opened }, 'opened');
  return {
    id: text(row, 'id'),
    token: text(row, 'token'),
    tokenParam: text(row, 'tokenParam'),
    connectorId: text(row, 'connectorId'),
    connectorName: text(row, 'connectorName'),
    code: text(row, 'code'),
    departure: departureOf(row),
    expiresAt: new Date(text(row, 'expiresAt')),
  };
}

function departureOf(row: Row): Departure {
  const url = new URL(text(row, 'url'));
  if (row.fields === null) return { method: 'GET', url };
  const fields = object(row, 'fields');
  return {
    method: 'POST',
    url,
    fields: Object.fromEntries(Object.keys(fields).map((name) => [name, text(fields, name)])),
  };
}
