/** Returns from the upstream: sealed, because they hold codes and assertions, and a few per login at most. */
import type { Arrival, Json } from '@gatehouse/connector-kit';
import { openJson, type Seal, type StoredArrival, sealJson } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { bytes, object, text } from '../database/row.ts';
import { type Call, call, type Statement } from '../database/statement.ts';
import { hashOf } from '../hash.ts';
import { purposeOf } from '../sealed.ts';
import { loginColumns } from './login-row.ts';

/** Both must match: the slot may belong to another login by now. */
export const findArrival: Statement = {
  name: 'arrival_find',
  text: `
    SELECT a.arrival_sealed, ${loginColumns}
    FROM arrivals a JOIN logins l ON l.slot = a.login_slot AND l.token_hash = a.token_hash
    WHERE a.handle_hash = $1`,
};

/** Locks the login, so that arrivals at the same moment count each other. For an unknown login nothing is kept. */
const insert: Statement = {
  name: 'arrival_save',
  text: `
    WITH login AS MATERIALIZED (
      SELECT slot, token_hash, expires_at FROM logins
      WHERE token_hash = $2 AND finished_at IS NULL AND expires_at > $4 FOR UPDATE)
    INSERT INTO arrivals (handle_hash, login_slot, token_hash, arrival_sealed, expires_at)
    SELECT $1, slot, token_hash, $3, expires_at FROM login`,
};

const removeOldest: Statement = {
  name: 'arrival_remove_oldest',
  text: `
    DELETE FROM arrivals WHERE handle_hash = ANY (ARRAY (
      SELECT a.handle_hash FROM arrivals a JOIN logins l ON l.slot = a.login_slot
      WHERE l.token_hash = $1 ORDER BY a.number DESC OFFSET $2))`,
};

export function saveArrivalCalls(
  stored: StoredArrival,
  limit: number,
  now: Date,
  seal: Seal,
): readonly Call[] {
  const handleHash = hashOf(stored.handle);
  const tokenHash = hashOf(stored.loginToken);
  const sealed = sealJson(seal, arrivalToJson(stored.arrival), arrivalPurpose(handleHash));
  return [call(insert, handleHash, tokenHash, sealed, now), call(removeOldest, tokenHash, limit)];
}

export function readArrival(row: Row, handleHash: Uint8Array, seal: Seal): Arrival {
  return arrivalOf(openJson(seal, bytes(row, 'arrival_sealed'), arrivalPurpose(handleHash)));
}

export function arrivalOf(opened: Json): Arrival {
  const { method, params, headers, body } = object({ opened }, 'opened');
  return {
    method: method === 'POST' ? 'POST' : 'GET',
    params: new URLSearchParams(text({ params }, 'params')),
    headers: textsByName(object({ headers }, 'headers')),
    ...(typeof body === 'string' && { body: new Uint8Array(Buffer.from(body, 'base64')) }),
  };
}

export function arrivalToJson({ method, params, headers, body }: Arrival): Json {
  return {
    method,
    params: params.toString(),
    headers,
    ...(body && { body: Buffer.from(body).toString('base64') }),
  };
}

function textsByName(headers: { readonly [key: string]: Json }): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, text(headers, name)]));
}

function arrivalPurpose(handleHash: Uint8Array): string {
  return purposeOf('arrivals.arrival_sealed', Buffer.from(handleHash).toString('hex'));
}
