/**
 * What upstreams that speak OAuth 2.0 have in common, with and without OpenID Connect.
 *
 * This package owns the way from openid-client's world into the contract's (requests, failures, client
 * authentication) and from claims to what is said about a person. It must not know any one upstream, nor the broker.
 */
export { type Attempted, attempt, checkClientAuthentication } from './check-client.ts';
export { checkGroups } from './check-groups.ts';
export { type GroupSource, groupSources, groupsIn } from './claims/groups.ts';
export { type ClaimMapping, identityFrom } from './claims/mapping.ts';
export { type ClaimPath, type Claims, claimAt, claimPath, pathText } from './claims/path.ts';
export { idAt, isTrueAt, textAt, wrongForm } from './claims/values.ts';
export {
  type ClientAuthenticationMethod,
  type ClientCredentials,
  clientAuth,
  clientFields,
  methodFor,
} from './client-authentication.ts';
export { connectionFields, httpNeedsFor, refusePlainHttp } from './connection.ts';
export { errorCodeOf, failureOf, readable, type Step, saidNo } from './failures.ts';
export { address, authorizationParameters, claimPaths, pem, scopeName } from './fields.ts';
export { openClient } from './open-client.ts';
export {
  type Gone,
  type Redeemed,
  type RefusalRules,
  redeemRefreshToken,
  type TokenAnswer,
} from './redeem-refresh-token.ts';
export { refuseCredentials } from './refuse-credentials.ts';
export { savingRotation } from './saving-rotation.ts';
export { placeOf, upstreamFetch } from './upstream-fetch.ts';
export { useCodeOnce } from './use-code-once.ts';
export { wishParameters } from './wish-parameters.ts';
