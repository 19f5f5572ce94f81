/**
 * What the OpenID provider library keeps between requests. Ids are stored as SHA-256 only; a grant's id, which opens
 * nothing and never leaves the broker, as it is.
 */
import type { Json } from '@gatehouse/connector-kit';

export type RecordKind = 'session' | 'interaction' | 'authorizationCode' | 'accessToken' | 'grant';

export interface ProtocolRecord {
  /** The library's own fields, without ids and secrets that have a column or must not be stored in clear. */
  readonly payload: { readonly [key: string]: Json };
  readonly expiresAt: Date;
  readonly grantId?: string;
  /** Our `sub`. */
  readonly subject?: string;
  readonly clientId?: string;
  /** The browser session's public id (`sid` family); unlike the cookie it opens nothing. A `session` must have it. */
  readonly sessionUid?: string;
  /** Of a `session`: the upstream's name for the session that it began with (`Identity.upstreamSession`). */
  readonly upstreamSession?: string;
  readonly consumedAt?: Date;
}

export interface ProtocolRecords {
  /** Finding a code or an access token brings its grant and identity along in the same round trip. */
  find(kind: RecordKind, id: string): Promise<ProtocolRecord | null>;
  findSessionByUid(uid: string): Promise<ProtocolRecord | null>;
  save(kind: RecordKind, id: string, record: ProtocolRecord): void;
  /** Single use: `commit` throws `LostRace` if the code was consumed by another request. */
  consumeCode(id: string): void;
  /** A session ends whatever cookie another request has given it meanwhile. */
  destroy(kind: RecordKind, id: string): void;
  /** A session that this unit has read gets another cookie. One that was ended meanwhile stays ended. */
  renewSession(from: string, to: string): void;
  /** The grant, its codes, access tokens and offline session end together. */
  revokeGrant(grantId: string): void;
}
