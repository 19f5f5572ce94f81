/**
 * The connector kit: everything a connector implements, and nothing of the broker.
 *
 * It owns the contract and the error a connector throws. It must not know HTTP frameworks, storage,
 * or any particular schema library.
 */
export type { Call, RefreshCall, Trace } from './call.ts';
export type { Accepted, Connector, Negotiate, PasswordLogin, RedirectLogin, SignOut } from './connector.ts';
export { type ConfigSchema, type ConnectorDefinition, defineConnector } from './definition.ts';
export { ConnectorError, type ConnectorErrorCode, type ConnectorErrorOptions } from './error.ts';
export type { Arrival, Check, Departure, Reply, SignInWish } from './exchange.ts';
export type { ConnectorHost } from './host.ts';
export { adviceOnFetch, answerFailed, discard, fetchFailed, readJson, retryAfter } from './http.ts';
export { HttpFailure, type HttpFailureKind } from './http-failure.ts';
export { type HttpNeeds, isPlainHttp } from './http-needs.ts';
export type { Authenticated, Identity, ProofOfLeaving, Refreshed } from './identity.ts';
export type { Json } from './json.ts';
export type { Log, LogFields } from './log.ts';
export type {
  FoundGroup,
  LookedUp,
  LookedUpAttribute,
  LookedUpGroup,
  LookedUpPerson,
  LookUpRequest,
  Membership,
} from './look-up.ts';
export type { Mark } from './mark.ts';
