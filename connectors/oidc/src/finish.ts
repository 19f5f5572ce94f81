/** The browser is back: the code becomes tokens, and the tokens a person (OIDC Core 1.0, section 3.1.3). */
import { createHash } from 'node:crypto';
import { type Arrival, type Call, ConnectorError, type Identity, type Json } from '@gatehouse/connector-kit';
import { type Claims, failureOf } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import { authenticatedBy, checkFreshness, checkParties } from './checks.ts';
import { type Memo, readMemo } from './memo.ts';
import { personFrom } from './person.ts';
import type { Provider } from './provider.ts';
import type { State } from './state.ts';

/** Longer than a login lives: a code that was used is remembered until its login is gone. */
const replayGuard = 3_600_000;

export interface Return {
  readonly arrival: Arrival;
  readonly memo: Json;
  readonly callbackUrl: URL;
}

export async function finish(provider: Provider, back: Return, call: Call): Promise<Identity<State>> {
  const { config } = provider;
  const memo = readMemo(back.memo, config.issuer);
  if (back.arrival.params.get('state') !== memo.token) throw bad('the state is of another login');
  const opened = await provider.client(call);
  await onlyOnce(provider, back.arrival);
  const tokens = await exchange(opened, back, memo);
  provider.keepKeys(opened);
  const { claims, sub } = claimsOf(tokens);
  call.trace.step('ID token', { claims: withoutNonce(claims) });
  checkParties(claims, config);
  checkFreshness(claims, memo, config);
  const person = await personFrom(provider, { opened, accessToken: tokens.access_token, claims, sub }, call);
  const state = stateFrom(provider, tokens, sub);
  return { ...person, authenticated: authenticatedBy(claims), state };
}

/**
 * State, `iss` (RFC 9207), and every parameter once; then PKCE, nonce, issuer, audience, times, and the signature.
 * Mix-up: the token endpoint is that of this connector, whoever the answer says it is from.
 */
async function exchange(
  opened: client.Configuration,
  { arrival, callbackUrl }: Return,
  memo: Memo,
): Promise<client.TokenEndpointResponse & client.TokenEndpointResponseHelpers> {
  const url = new URL(callbackUrl);
  url.search = arrival.params.toString();
  const secrets = [...arrival.params.getAll('code'), memo.verifier, memo.token];
  if (!arrival.params.has('code') && !arrival.params.has('error')) {
    throw bad('the answer has neither a code nor an error');
  }
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
  if (claims === undefined) throw bad('there is no ID token');
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

/**
 * A code is shown to the upstream once: an upstream that forgets makes no second sign-in of it, and one that does not
 * takes a code's second use for theft and withdraws the tokens of the first.
 */
async function onlyOnce({ host }: Provider, { params }: Arrival): Promise<void> {
  const code = params.get('code');
  if (code === null) return;
  const key = `code:${createHash('sha256').update(code).digest('base64url')}`;
  const first = await host.once(key, new Date(host.now().getTime() + replayGuard));
  if (!first) throw bad('the answer was used before');
}

function withoutNonce({ nonce: _, ...claims }: Claims): Claims {
  return claims;
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
