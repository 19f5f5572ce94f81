/** What the unit of work needs to know about each kind of protocol record. */
import type { ProtocolRecord } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { date, dateOrNull, object, present, textOrNull } from '../database/row.ts';
import type { Call, Statement } from '../database/statement.ts';

export interface RecordTable {
  /** By the stored form of the id. */
  readonly find: Statement;
  read(row: Row): ProtocolRecord;
  readonly destroy: Statement;
  /** @param stored the unit has read it: if somebody destroyed it meanwhile, it must stay destroyed */
  save(id: StoredId, record: ProtocolRecord, stored: boolean): Call;
}

/** SHA-256 of the id; a grant's id as it is. */
export type StoredId = Uint8Array | string;

/** The columns of codes and access tokens, which belong to a grant. */
export function readBelonging(row: Row): ProtocolRecord {
  return {
    payload: object(row, 'payload'),
    expiresAt: date(row, 'expires_at'),
    ...present({
      grantId: textOrNull(row, 'grant_id'),
      subject: textOrNull(row, 'subject'),
      clientId: textOrNull(row, 'client_id'),
      sessionUid: textOrNull(row, 'session_uid'),
      consumedAt: dateOrNull(row, 'consumed_at'),
    }),
  };
}

/** In the order grant_id, subject, client_id, session_uid, payload, expires_at. */
export function belongingValues(record: ProtocolRecord): readonly unknown[] {
  return [
    record.grantId ?? null,
    record.subject ?? null,
    record.clientId ?? null,
    record.sessionUid ?? null,
    JSON.stringify(record.payload),
    record.expiresAt,
  ];
}
