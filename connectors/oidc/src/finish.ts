/** The browser is back: the code becomes tokens, and the tokens a person (OIDC Core 1.0, section 3.1.3). */
import { type Arrival, type Call, ConnectorError, type Identity, type Json } from '@gatehouse/connector-kit';
import { type Claims, failureOf, useCodeOnce } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import { authenticatedBy, checkFreshness, checkParties } from './id-token.ts';
import { type Memo, readMemo } from './memo.ts';
import { personFrom } from './person.ts';
import type { Provider } from './provider.ts';
import type { State } from './state.ts';

export interface Return {
  readonly arrival: Arrival;
  readonly memo: Json;
  readonly callbackUrl: URL;
}

export async function finish(provider: Provider, back: Return, call: Call): Promise<Identity<State>> {
  const { config } = provider;
  const memo = readMemo(back.memo, config.issuer);
  const opened = await provider.client(call);
  await useCodeOnce(provider.host, back.arrival.params, memo.token);
  const tokens = await exchange(opened, back, memo, config.clientSecret);
  provider.keepKeys(opened);
  const { claims, sub } = claimsOf(tokens);
  call.trace.step('ID token', { claims: withoutNonce(claims) });
  checkParties(claims, config);
  checkFreshness(claims, memo, config);
  const authenticated = authenticatedBy(claims, provider.host.now(), config);
  const person = await personFrom(provider, { opened, accessToken: tokens.access_token, claims, sub }, call);
  const state = stateFrom(provider, tokens, sub);
  return {
    ...person,
    authenticated,
    state,
    ...(config.logout && { sessionState: { idToken: state.idToken } }),
  };
}

/**
 * State, `iss` (RFC 9207), and every parameter once; then PKCE, nonce, issuer, audience, times, and the signature.
 * Mix-up: the token endpoint is that of this connector, whoever the answer says it is from.
 */
async function exchange(
  opened: client.Configuration,
  { arrival, callbackUrl }: Return,
  memo: Memo,
  clientSecret: string | undefined,
): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const url = new URL(callbackUrl);
  url.search = arrival.params.toString();
  const secrets = [...arrival.params.getAll('code'), memo.verifier, memo.token, clientSecret];
  try {
    return await client.authorizationCodeGrant(opened, url, {
      pkceCodeVerifier: memo.verifier,
      expectedState: memo.token,
      expectedNonce: memo.nonce,
      idTokenExpected: true,
    });
  } catch (error) {
    throw failureOf(error, { asked: 'the upstream', secrets });
  }
}

export function claimsOf(tokens: client.TokenEndpointResponseHelpers): { claims: Claims; sub: string } {
  const claims = tokens.claims();
  if (claims === undefined) throw new ConnectorError('bad_response', { reason: 'there is no ID token' });
  return { claims: claims as unknown as Claims, sub: claims.sub };
}

function stateFrom(
  { config, host }: Provider,
  { id_token = '', refresh_token }: client.TokenEndpointResponse,
  sub: string,
): State {
  if (refresh_token === undefined && config.refresh === 'required') {
    const reason =
      'the upstream gave no refresh token, and `refresh: required` wants one; allow it to this client (`offline_access`)';
    throw new ConnectorError('misconfigured', { reason });
  }
  if (refresh_token === undefined && config.scopes.includes('offline_access')) {
    host.log.warn({}, 'upstream gave no refresh token, so nobody will notice who leaves');
  }
  const kept = config.refresh === 'never' ? undefined : refresh_token;
  return { sub, idToken: id_token, ...(kept !== undefined && { refreshToken: kept }) };
}

function withoutNonce({ nonce: _, ...claims }: Claims): Claims {
  return claims;
}
