/** Ends browser sessions because their upstream says so. */
import type { BrowserSessions, UpstreamSignOut } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';
import { isStorable } from '../storable.ts';

const endOfPeople: Statement = {
  name: 'session_end_of_people',
  text: 'DELETE FROM sessions WHERE subject = ANY($1)',
};

/** The attack: another upstream names the same session, so the connector is asked for too. */
const endOfUpstreamSessions: Statement = {
  name: 'session_end_of_upstream_sessions',
  text: `
    DELETE FROM sessions s USING identities i
    WHERE s.upstream_session = ANY($2) AND i.subject = s.subject AND i.connector_id = $1`,
};

/** One of which it is not known may be the one that was meant. */
const endOfPeoplesUpstreamSessions: Statement = {
  name: 'session_end_of_peoples_upstream_sessions',
  text: `
    DELETE FROM sessions
    WHERE subject = ANY($1) AND (upstream_session = ANY($2) OR upstream_session IS NULL)`,
};

export class PostgresBrowserSessions implements BrowserSessions {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async end({ connectorId, subjects, upstreamSessions }: UpstreamSignOut): Promise<number> {
    const people = subjects.filter(isStorable);
    if (upstreamSessions === undefined) return await this.#database.change(endOfPeople, people);
    const named = upstreamSessions.filter(isStorable);
    if (subjects.length > 0) {
      return await this.#database.change(endOfPeoplesUpstreamSessions, people, named);
    }
    return await this.#database.change(endOfUpstreamSessions, connectorId, named);
  }
}
