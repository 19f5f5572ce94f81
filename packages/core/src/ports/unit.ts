/** One request's work on the database: read through, written at the end, all of it or none. */
import type { Identities } from './identities.ts';
import type { Logins } from './logins.ts';
import type { OfflineSessions } from './offline-sessions.ts';
import type { ProtocolRecords } from './protocol-records.ts';
import type { UpstreamSessions } from './upstream-sessions.ts';

/**
 * How the request ended, and so which of the queued writes go out:
 *
 * | write                                    | success | refused | failed |
 * | ---------------------------------------- | ------- | ------- | ------ |
 * | save, open, keep, rotate, consume        | yes     | no      | no     |
 * | revoke, destroy, end, forget (security decisions) | yes     | yes     | no     |
 *
 * `refused` is a protocol error (4xx): re-use detection answers 400 and must be kept.
 * `failed` is our own fault (5xx): the code or token stays usable for the retry.
 */
export type Outcome = 'success' | 'refused' | 'failed';

export interface Unit {
  readonly records: ProtocolRecords;
  readonly offlineSessions: OfflineSessions;
  readonly identities: Identities;
  readonly logins: Logins;
  readonly upstreamSessions: UpstreamSessions;
  /**
   * Sends the queued writes in one transaction. A second call writes only what was queued since.
   * @throws LostRace when a conditional write found that another request came first; nothing is written then
   * @throws StoreUnavailable when the database cannot be reached or does not answer in time
   */
  commit(outcome: Outcome): Promise<void>;
}

/** Another request consumed the same single-use thing first. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
  readonly thing: 'code' | 'login' | 'offlineSession';
  constructor(thing: LostRace['thing']) {
    super(`another request used this ${thing} first`);
    this.thing = thing;
  }
}

/** The database is down, too slow, or refuses connections. Answered with 503, never with a refusal. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
