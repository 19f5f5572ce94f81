/** Absences and the brake on them, for all replicas. Every time here is the database's. */
import type { AbsenceBrakes, Answers, BrakeStanding, MissingPerson, OperatorsWord } from '@gatehouse/core';
import type { Database, Row } from '../database/database.ts';
import { date, dateOrNull, present, text, textOrNull, whole } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';

const standing: Statement = {
  name: 'absence_brake_standing',
  text: `
    SELECT closed_at, word_at, word_by, CASE WHEN word_until > now() THEN word END AS word, word_until
    FROM absence_brakes WHERE connector_id = $1`,
};

/** Of somebody who is suspended, the answer that did it stays. */
const noteAbsence: Statement = {
  name: 'absence_note',
  text: `
    UPDATE identities SET answered_at = now(), answer = 'absent'
    WHERE subject = $1 AND checked_at <= $2 AND gone_at IS NULL`,
};

/** What an operator agreed to does not count against the next who is absent. */
const notAgreedTo = `
  NOT EXISTS (
    SELECT FROM absence_brakes b
    WHERE b.connector_id = $1 AND b.word = 'agreed' AND b.word_until <= now() AND i.answered_at <= b.word_until)`;

const answers: Statement = {
  name: 'absence_answers',
  text: `
    SELECT count(*)::integer AS asked,
      (count(*) FILTER (WHERE i.answer = 'absent'))::integer AS absent,
      (count(*) FILTER (WHERE i.answer = 'stated'))::integer AS stated
    FROM identities i
    WHERE i.connector_id = $1 AND i.answered_at > now() - make_interval(secs => $2) AND ${notAgreedTo}`,
};

const close: Statement = {
  name: 'absence_brake_close',
  text: `
    INSERT INTO absence_brakes AS b (connector_id, closed_at) VALUES ($1, now())
    ON CONFLICT (connector_id) DO UPDATE SET closed_at = now()
    WHERE b.closed_at IS NULL AND (b.word IS NULL OR b.word_until <= now())`,
};

const open: Statement = {
  name: 'absence_brake_open',
  text: `
    UPDATE absence_brakes SET closed_at = NULL
    WHERE connector_id = $1 AND closed_at IS NOT NULL AND (word IS NULL OR word_until <= now())`,
};

/**
 * Attack: many who left let the brake come on again and again, each time for another `tokens.upstreamGrace`. What did
 * not count was no answer, so who was stale before has been ever since.
 */
const takeBack: Statement = {
  name: 'absence_take_back',
  text: `
    UPDATE identities i SET
      stale_since = least(i.stale_since, i.gone_since), gone_at = NULL, gone_reason = NULL, gone_since = NULL, gone_until = NULL,
      gone_proof = NULL
    FROM absence_brakes on_now
    WHERE on_now.connector_id = $1 AND i.connector_id = $1
      AND (on_now.closed_at IS NOT NULL OR (on_now.word = 'held' AND on_now.word_until > now()))
      AND i.answered_at > coalesce(on_now.closed_at, on_now.word_at) - make_interval(secs => $2)
      AND i.gone_at IS NOT NULL AND i.gone_proof = 'absent' AND ${notAgreedTo}`,
};

const speak: Statement = {
  name: 'absence_brake_speak',
  text: `
    INSERT INTO absence_brakes AS b (connector_id, word, word_by, word_at, word_until)
    VALUES ($1, $2, $3, now(), now() + make_interval(secs => $4))
    ON CONFLICT (connector_id) DO UPDATE SET
      word = EXCLUDED.word, word_by = EXCLUDED.word_by, word_at = EXCLUDED.word_at,
      word_until = EXCLUDED.word_until,
      closed_at = CASE WHEN EXCLUDED.word = 'agreed' THEN NULL ELSE b.closed_at END`,
};

const release: Statement = {
  name: 'absence_brake_release',
  text: 'UPDATE absence_brakes SET word_until = now() WHERE connector_id = $1 AND word_until > now()',
};

const missing: Statement = {
  name: 'absence_missing',
  text: `
    SELECT subject, username, coalesce(gone_proof, 'absent') AS proof, gone_reason,
      CASE WHEN gone_at IS NULL THEN 'kept' ELSE 'suspended' END AS state,
      coalesce(gone_since, gone_at, stale_since, answered_at) AS since,
      CASE WHEN gone_at IS NOT NULL THEN gone_until END AS until
    FROM identities
    WHERE connector_id = $1 AND (gone_at IS NOT NULL OR answer = 'absent')
    ORDER BY since, subject`,
};

export class PostgresAbsenceBrakes implements AbsenceBrakes {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async standing(connectorId: string): Promise<BrakeStanding> {
    const [row] = await this.#database.query(standing, connectorId);
    return row ? readStanding(row) : {};
  }

  async noteAbsence(subject: string, at: Date): Promise<void> {
    await this.#database.change(noteAbsence, subject, at);
  }

  async answers(connectorId: string, seconds: number): Promise<Answers> {
    const [row = {}] = await this.#database.query(answers, connectorId, seconds);
    return { asked: whole(row, 'asked'), absent: whole(row, 'absent'), stated: whole(row, 'stated') };
  }

  async close(connectorId: string): Promise<boolean> {
    return (await this.#database.change(close, connectorId)) === 1;
  }

  async open(connectorId: string): Promise<boolean> {
    return (await this.#database.change(open, connectorId)) === 1;
  }

  async takeBack(connectorId: string, seconds: number): Promise<number> {
    return await this.#database.change(takeBack, connectorId, seconds);
  }

  async speak(
    connectorId: string,
    { kind, by, seconds }: { kind: OperatorsWord['kind']; by: string; seconds: number },
  ): Promise<void> {
    await this.#database.change(speak, connectorId, kind, by, seconds);
  }

  async release(connectorId: string): Promise<boolean> {
    return (await this.#database.change(release, connectorId)) === 1;
  }

  async missing(connectorId: string): Promise<readonly MissingPerson[]> {
    return (await this.#database.query(missing, connectorId)).map(readMissing);
  }
}

function readStanding(row: Row): BrakeStanding {
  const kind = textOrNull(row, 'word');
  return {
    ...present({ closedAt: dateOrNull(row, 'closed_at') }),
    ...(kind !== null && {
      word: {
        kind: kind === 'agreed' ? 'agreed' : 'held',
        at: date(row, 'word_at'),
        until: date(row, 'word_until'),
        by: text(row, 'word_by'),
      },
    }),
  };
}

function readMissing(row: Row): MissingPerson {
  return {
    subject: text(row, 'subject'),
    username: text(row, 'username'),
    state: text(row, 'state') === 'kept' ? 'kept' : 'suspended',
    proof: text(row, 'proof') === 'stated' ? 'stated' : 'absent',
    since: date(row, 'since'),
    ...present({ until: dateOrNull(row, 'until'), reason: textOrNull(row, 'gone_reason') }),
  };
}
