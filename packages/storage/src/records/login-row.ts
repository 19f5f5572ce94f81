/** A login as columns, and back. */
import { type Login, openJson, type Seal, sealJson } from '@gatehouse/core';
import type { Row } from '../database/database.ts';
import { bytes, date, dateOrNull, object, present, text } from '../database/row.ts';
import { purposeOf } from '../sealed.ts';

/** For a SELECT that names the table `l`; the alias keeps it apart from what it is read together with. */
export const loginColumns = `
  l.token_hash AS l_token_hash, l.connector_id AS l_connector_id, l.memo_sealed AS l_memo_sealed,
  l.expires_at AS l_expires_at, l.finished_at AS l_finished_at`;

/** The token and the interaction open something too, so they are sealed with the memo. */
export function sealMemo({ token, interaction, memo }: Login, tokenHash: Uint8Array, seal: Seal): Uint8Array {
  return sealJson(seal, { token, interaction, memo }, memoPurpose(tokenHash));
}

export function readLogin(row: Row, seal: Seal): Login {
  const sealed = openJson(seal, bytes(row, 'l_memo_sealed'), memoPurpose(bytes(row, 'l_token_hash')));
  const opened = object({ sealed }, 'sealed');
  return {
    token: text(opened, 'token'),
    interaction: text(opened, 'interaction'),
    connectorId: text(row, 'l_connector_id'),
    memo: opened.memo ?? null,
    expiresAt: date(row, 'l_expires_at'),
    ...present({ finishedAt: dateOrNull(row, 'l_finished_at') }),
  };
}

function memoPurpose(tokenHash: Uint8Array): string {
  return purposeOf('logins.memo_sealed', Buffer.from(tokenHash).toString('hex'));
}
