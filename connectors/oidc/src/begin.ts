/** Where the browser is sent, and what is kept until it comes back (OIDC Core 1.0, section 3.1.2.1). */
import type { Call, Departure, Json, SignInWish } from '@gatehouse/connector-kit';
import { failureOf, wishParameters } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import type { OidcConfig } from './config.ts';
import type { Memo } from './memo.ts';
import type { Provider } from './provider.ts';

export interface Beginning {
  readonly token: string;
  readonly callbackUrl: URL;
  readonly wish: SignInWish;
}

export async function begin(
  provider: Provider,
  { token, callbackUrl, wish }: Beginning,
  call: Call,
): Promise<{ readonly departure: Departure; readonly memo: Json }> {
  const { config, host } = provider;
  const maxAge = wish.fresh ? 0 : wish.maxAge;
  const memo: Memo = {
    token,
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    issuer: config.issuer,
    begunAt: Math.floor(host.now().getTime() / 1000),
    ...(maxAge !== undefined && { maxAge }),
  };
  const parameters = {
    ...config.parameters,
    ...wishes(config, wish),
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
    scope: config.scopes.join(' '),
    redirect_uri: callbackUrl.href,
    state: token,
    nonce: memo.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(memo.verifier),
    code_challenge_method: 'S256',
  };
  const opened = await provider.client(call);
  try {
    return { departure: { method: 'GET', url: client.buildAuthorizationUrl(opened, parameters) }, memo };
  } catch (error) {
    throw failureOf(error, { asked: 'the discovery document' });
  }
}

function wishes(config: OidcConfig, wish: SignInWish): Readonly<Record<string, string>> {
  const acrValues = config.acrValues.length > 0 ? config.acrValues : (wish.acrValues ?? []);
  return {
    ...wishParameters(wish, config.prompt ?? config.parameters.prompt),
    ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
  };
}
