/**
 * The rules of the broker: who is let in, what their subject, groups and claims are, when a refresh is honoured,
 * which key signs.
 *
 * It owns decisions. It must not know HTTP, SQL or YAML, and it is told what time it is.
 */
export { allowsConnector, type Client } from './clients/client.ts';
export {
  BrokerError,
  type BrokerErrorOptions,
  type ErrorCode,
  type ErrorEntry,
  errorTable,
  type LogLevel,
} from './errors.ts';
export { untilAborted } from './identity/abortable.ts';
export { AbsenceBrake } from './identity/absence-brake.ts';
export { isTooMany, quietWindow, rateWindow } from './identity/absence-rate.ts';
export { type Admitted, admit, admitToAll, admitToClient, type Candidate } from './identity/admit.ts';
export { type Claims, type ClaimsRequest, claimsFor, type RuledEntry } from './identity/claims.ts';
export { brokerErrorOf } from './identity/connector-errors.ts';
export { displayNameOf } from './identity/display-name.ts';
export { type Demand, explainClient, explainRules } from './identity/explain-access.ts';
export { type ClientView, explainClaims, usualScopes } from './identity/explain-claims.ts';
export { explainFilter, explainGroups, type GroupFate, type GroupStep } from './identity/explain-groups.ts';
export { groupsNamedBy, type NamedGroup, upstreamNamesOf } from './identity/explain-names.ts';
export { anyOf, compilePattern, type GroupMatcher } from './identity/group-pattern.ts';
export { type DroppedGroup, type MappedGroups, mapGroups } from './identity/groups.ts';
export type { GroupFilter, GroupMapping, GroupPattern, IdentityRules } from './identity/rules.ts';
export {
  AudienceRefused,
  audienceClients,
  audienceOf,
  audienceScope,
  audiencesOf,
  listedScopes,
  parseScopes,
  type Scopes,
} from './identity/scopes.ts';
export { recordSignIn, type SignIn } from './identity/sign-in.ts';
export type { Checked, CheckLifetimes } from './identity/standing.ts';
export { parseSubject, subjectOf } from './identity/subject.ts';
export {
  callDeadline,
  type OpenConnector,
  UpstreamCheck,
  type UpstreamCheckOptions,
} from './identity/upstream-check.ts';
export { type CurrentKeys, currentKeys } from './keys/current-keys.ts';
export { generateSigningKey } from './keys/generate-signing-key.ts';
export {
  ensureSigningKeys,
  keysMaxAge,
  type Replacement,
  replaceSigningKeys,
} from './keys/replace-signing-keys.ts';
export { traceTo } from './log/trace-to.ts';
export { withFields } from './log/with-fields.ts';
export * from './ports/index.ts';
export { openJson, openSeal, SealBroken, type SealKey, sealJson } from './seal/aes-gcm-seal.ts';
export type { Seal } from './seal/seal.ts';
export { advance, firstLineage, judge, type Verdict } from './tokens/lineage.ts';
export {
  issueRefreshToken,
  newOfflineSessionId,
  type RefreshToken,
  readRefreshToken,
} from './tokens/refresh-token.ts';
export { MemoryTries } from './tries/memory-tries.ts';
