/** The small storage interfaces that the rules need. */
export type {
  AbsenceBrakes,
  Answers,
  BrakeStanding,
  MissingPerson,
  OperatorsWord,
} from './absence-brakes.ts';
export type { BrowserSessions, UpstreamSignOut } from './browser-sessions.ts';
export type { CheckOutcome, Gone, Identities, IdentityChecks, StoredIdentity } from './identities.ts';
export type { RateLimit, RateLimits, ReplayGuards } from './limits.ts';
export type { Login, Logins, StoredArrival } from './logins.ts';
export type { EndReason, Lineage, OfflineSession, OfflineSessions } from './offline-sessions.ts';
export type { ProtocolRecord, ProtocolRecords, RecordKind } from './protocol-records.ts';
export type { BrokerSecrets, Secrets } from './secrets.ts';
export type { SigningAlgorithm, SigningKey, SigningKeys } from './signing-keys.ts';
export type { EndedPerson, Store } from './store.ts';
export type { FindingsLine, FindingsSection, OpenTry, Tries, TryFindings, TryOffer } from './tries.ts';
export { LostRace, type Outcome, StoreUnavailable, type Unit } from './unit.ts';
export type { UpstreamSession, UpstreamSessions } from './upstream-sessions.ts';
export type { LocalUser, Users } from './users.ts';
