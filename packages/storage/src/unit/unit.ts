/** One request's work on the database: read through, written at the end, all of it or none. */
import type { Outcome, Seal, Unit } from '@gatehouse/core';
import type { Database } from '../database/database.ts';
import { UnitIdentities } from '../people/identities.ts';
import { readIdentity } from '../people/identity-row.ts';
import { readJoinedGrant } from '../records/grants.ts';
import { UnitLogins } from '../records/logins.ts';
import { UnitOfflineSessions } from '../records/offline-sessions.ts';
import { UnitRecords } from '../records/protocol-records.ts';
import { UnitUpstreamSessions } from '../records/upstream-sessions.ts';
import type { Shelves, UnitPart } from './part.ts';
import { Shelf } from './shelf.ts';
import { Writes } from './writes.ts';

export interface UnitOptions {
  readonly database: Database;
  readonly seal: Seal;
  readonly now: () => Date;
  readonly pendingSignIns: number;
}

export class PostgresUnit implements Unit {
  readonly records: UnitRecords;
  readonly offlineSessions: UnitOfflineSessions;
  readonly identities: UnitIdentities;
  readonly logins: UnitLogins;
  readonly upstreamSessions: UnitUpstreamSessions;
  readonly #part: UnitPart;

  constructor(options: UnitOptions) {
    this.#part = newPart(options);
    this.records = new UnitRecords(this.#part);
    this.offlineSessions = new UnitOfflineSessions(this.#part);
    this.identities = new UnitIdentities(this.#part);
    this.logins = new UnitLogins(this.#part);
    this.upstreamSessions = new UnitUpstreamSessions(this.#part);
  }

  async commit(outcome: Outcome): Promise<void> {
    const calls = this.#part.writes.take(outcome);
    // Whatever did not go out, or lost a race, must not be read back by this unit as if it had.
    for (const shelf of Object.values(this.#part.shelves)) shelf.clear();
    await this.#part.database.commit(calls);
  }
}

function newPart(options: UnitOptions): UnitPart {
  const shelves = newShelves();
  return {
    ...options,
    shelves,
    writes: new Writes(),
    bring: (row) => {
      const grant = readJoinedGrant(row);
      if (grant) shelves.grant.arrive(String(row.g_id), grant);
      const identity = readIdentity(row, options.seal);
      if (identity) shelves.identity.arrive(identity.subject, identity);
    },
  };
}

function newShelves(): Shelves {
  return {
    session: new Shelf(),
    interaction: new Shelf(),
    authorizationCode: new Shelf(),
    accessToken: new Shelf(),
    grant: new Shelf(),
    offlineSession: new Shelf(),
    identity: new Shelf(),
    login: new Shelf(),
    arrival: new Shelf(),
  };
}
