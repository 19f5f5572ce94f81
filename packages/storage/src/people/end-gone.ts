/** The end of a suspension: who has been gone for so long has no sessions left, and is forgotten. */
import type { EndedPerson } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { text } from '../database/row.ts';
import { type Call, call, type Statement } from '../database/statement.ts';

/** People a statement: each may have many sessions. */
const batch = 100;

/** While the brake is on, nobody is ended for a mere absence: an operator may be about to bring them back. */
const isOver = `
  i.gone_at IS NOT NULL AND i.gone_until <= $1 AND NOT (
    i.gone_proof = 'absent' AND EXISTS (
      SELECT FROM absence_brakes b
      WHERE b.connector_id = i.connector_id
        AND (b.closed_at IS NOT NULL OR (b.word = 'held' AND b.word_until > now()))))`;

/**
 * All of it in one statement. The lock sees who has signed in again in the meantime, and leaves them alone; who is
 * being signed in just now waits for the end, and begins anew.
 */
const endOf = (who: string) => `
  WITH leaving AS MATERIALIZED (
    SELECT i.subject FROM identities i WHERE ${isOver} ${who} FOR UPDATE SKIP LOCKED),
  offline AS (
    UPDATE offline_sessions SET ended_at = $1, end_reason = 'gone'
    WHERE ended_at IS NULL AND subject IN (SELECT subject FROM leaving)),
  browsers AS (
    DELETE FROM sessions WHERE subject IN (SELECT subject FROM leaving)
    RETURNING payload ->> 'upstreamStateId' AS state_id),
  upstream AS (
    DELETE FROM upstream_sessions
    WHERE id_hash IN (SELECT sha256(convert_to(state_id, 'UTF8')) FROM browsers WHERE state_id IS NOT NULL)),
  allowed AS (DELETE FROM grants WHERE subject IN (SELECT subject FROM leaving))
  DELETE FROM identities WHERE subject IN (SELECT subject FROM leaving) RETURNING subject, connector_id`;

const endMany: Statement = { name: 'identity_end_many', text: endOf('ORDER BY i.gone_until LIMIT $2') };
const endOne: Statement = { name: 'identity_end_one', text: endOf('AND i.subject = $2') };

/**
 * For a sign-in after the end that nobody has carried out yet: what was given out before stays ended. A browser's
 * session is left to live, it may be the one of this sign-in. The person is locked before their sessions, as above: in
 * the other order the two would wait for each other.
 */
const endBeforeSignIn: Statement = {
  name: 'identity_end_before_sign_in',
  text: `
    WITH left_for_good AS MATERIALIZED (
      SELECT FROM identities WHERE subject = $1 AND gone_at IS NOT NULL AND gone_until <= $2 FOR UPDATE)
    UPDATE offline_sessions SET ended_at = $2, end_reason = 'gone'
    WHERE subject = $1 AND ended_at IS NULL AND EXISTS (SELECT FROM left_for_good)`,
};

export async function endGone(database: Database, now: Date, signal: AbortSignal): Promise<EndedPerson[]> {
  const ended: EndedPerson[] = [];
  while (!signal.aborted) {
    const rows = await database.query(endMany, now, batch);
    ended.push(
      ...rows.map((row) => ({ subject: text(row, 'subject'), connectorId: text(row, 'connector_id') })),
    );
    if (rows.length < batch) break;
  }
  return ended;
}

export async function endOneGone(database: Database, now: Date, subject: string): Promise<boolean> {
  return (await database.query(endOne, now, subject)).length === 1;
}

export function endedBeforeSignIn(subject: string, now: Date): Call {
  return call(endBeforeSignIn, subject, now);
}
