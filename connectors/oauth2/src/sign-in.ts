/** There and back (RFC 6749, section 4.1; PKCE, RFC 7636; `iss`, RFC 9207). */
import {
  type Arrival,
  type Call,
  ConnectorError,
  type Departure,
  type Identity,
  type Json,
  type SignInWish,
} from '@gatehouse/connector-kit';
import { failureOf, identityFrom, useCodeOnce, wishParameters } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import { z } from 'zod';
import { type State, stateOf } from './state.ts';
import type { Upstream } from './upstream.ts';

const memoForm = z.strictObject({
  token: z.string().min(1),
  verifier: z.string().min(1),
  tokenUrl: z.string(),
  fresh: z.boolean(),
});
type Memo = z.output<typeof memoForm>;

export interface Beginning {
  readonly token: string;
  readonly callbackUrl: URL;
  readonly wish: SignInWish;
}

export async function begin(
  { config, metadata }: Upstream,
  { token, callbackUrl, wish }: Beginning,
): Promise<{ readonly departure: Departure; readonly memo: Json }> {
  // OAuth 2.0 has no `max_age`. Attack: an upstream that is believed to have asked again, and was not told to.
  const fresh = wish.fresh || wish.maxAge !== undefined;
  const memo = { token, verifier: client.randomPKCECodeVerifier(), tokenUrl: config.tokenUrl, fresh };
  const url = new URL(metadata.authorization_endpoint ?? '');
  const parameters = {
    ...config.parameters,
    ...wishParameters({ ...wish, fresh }, config.parameters.prompt),
    client_id: config.clientId,
    response_type: 'code',
    redirect_uri: callbackUrl.href,
    ...(config.scopes.length > 0 && { scope: config.scopes.join(' ') }),
    state: token,
    code_challenge: await client.calculatePKCECodeChallenge(memo.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { departure: { method: 'GET', url }, memo };
}

export interface Return {
  readonly arrival: Arrival;
  readonly memo: Json;
  readonly callbackUrl: URL;
}

export async function finish(upstream: Upstream, back: Return, call: Call): Promise<Identity<State>> {
  const memo = readMemo(back.memo, upstream);
  const opened = await upstream.client(call);
  await useCodeOnce(upstream.host, back.arrival.params, memo.token);
  const tokens = await exchange(upstream, opened, back, memo);
  refuseStale(memo, upstream);
  const claims = await upstream.userinfo(opened, tokens.access_token, call);
  if (claims === undefined)
    throw bad('the userinfo endpoint does not take the access token that was just given');
  return { ...identityFrom(claims, upstream.mapping), state: stateOf(tokens, upstream.config) };
}

async function exchange(
  { config }: Upstream,
  opened: client.Configuration,
  { arrival, callbackUrl }: Return,
  memo: Memo,
): Promise<client.TokenEndpointResponse> {
  const url = new URL(callbackUrl);
  url.search = arrival.params.toString();
  // Nobody has said what it should be; each connector has a redirect URI and a token endpoint of its own.
  if (config.issuer === undefined) url.searchParams.delete('iss');
  const secrets = [...arrival.params.getAll('code'), memo.verifier, memo.token, config.clientSecret];
  try {
    const checks = { pkceCodeVerifier: memo.verifier, expectedState: memo.token };
    return await client.authorizationCodeGrant(opened, url, checks);
  } catch (error) {
    throw failureOf(error, { asked: 'the upstream', secrets });
  }
}

/** OAuth 2.0 has no word for when somebody signed in: `auth_time` would be made up. */
function refuseStale({ fresh }: Memo, { config }: Upstream): void {
  if (!fresh || config.insecureNoFreshnessProof) return;
  const reason =
    'a fresh sign-in was asked for, and this upstream cannot prove one; `insecureNoFreshnessProof: true` believes it without';
  throw new ConnectorError('misconfigured', { reason });
}

function readMemo(memo: Json, { config }: Upstream): Memo {
  const read = memoForm.safeParse(memo);
  if (!read.success) throw bad('the memo is not one of ours');
  if (read.data.tokenUrl !== config.tokenUrl) throw bad('the sign-in was begun at another upstream');
  return read.data;
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
