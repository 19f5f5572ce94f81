/** Ends browser sessions because their upstream says so. */
import type { BrowserSessions, UpstreamSignOut } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { whole } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { isStorable } from '../storable.ts';

/** What would end the upstream's session goes with the browser session that knows its id. */
const endOf = (which: string) => `
  WITH ended AS (DELETE FROM sessions ${which} RETURNING payload ->> 'upstreamStateId' AS state_id),
  forgotten AS (
    DELETE FROM upstream_sessions
    WHERE id_hash IN (SELECT sha256(convert_to(state_id, 'UTF8')) FROM ended WHERE state_id IS NOT NULL))
  SELECT count(*)::integer AS ended FROM ended`;

const endOfPeople: Statement = {
  name: 'session_end_of_people',
  text: endOf('WHERE subject = ANY($1)'),
};

/** The attack: another upstream names the same session, so the connector is asked for too. */
const endOfUpstreamSessions: Statement = {
  name: 'session_end_of_upstream_sessions',
  text: endOf(`s USING identities i
    WHERE s.upstream_session = ANY($2) AND i.subject = s.subject AND i.connector_id = $1`),
};

/** One of which it is not known may be the one that was meant. */
const endOfPeoplesUpstreamSessions: Statement = {
  name: 'session_end_of_peoples_upstream_sessions',
  text: endOf('WHERE subject = ANY($1) AND (upstream_session = ANY($2) OR upstream_session IS NULL)'),
};

export class PostgresBrowserSessions implements BrowserSessions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async end({ connectorId, subjects, upstreamSessions }: UpstreamSignOut): Promise<number> {
    const people = subjects.filter(isStorable);
    if (upstreamSessions === undefined) return await this.#end(endOfPeople, people);
    const named = upstreamSessions.filter(isStorable);
    if (subjects.length > 0) {
      return await this.#end(endOfPeoplesUpstreamSessions, people, named);
    }
    return await this.#end(endOfUpstreamSessions, connectorId, named);
  }

  async #end(statement: Statement, ...values: readonly unknown[]): Promise<number> {
    const [row = {}] = await this.#database.query(statement, ...values);
    return whole(row, 'ended');
  }
}
