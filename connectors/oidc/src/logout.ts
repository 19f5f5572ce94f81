/** Ends the upstream's session too (OpenID Connect RP-Initiated Logout 1.0). */
import type { Call, Departure, Identity } from '@gatehouse/connector-kit';
import { failureOf } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import type { Provider } from './provider.ts';
import type { State } from './state.ts';

/** What servers and proxies let an address have is 8 KiB; an ID token with many groups is longer. */
const longestAddress = 4_096;

export interface SignOut {
  readonly identity: Identity<State>;
  readonly returnUrl: URL;
  readonly token: string;
}

export async function logout(
  provider: Provider,
  { identity, returnUrl, token }: SignOut,
  call: Call,
): Promise<Departure | null> {
  if (!provider.config.logout) return null;
  const opened = await provider.client(call);
  if (opened.serverMetadata().end_session_endpoint === undefined) return null;
  const fields = {
    id_token_hint: identity.state.idToken,
    post_logout_redirect_uri: returnUrl.href,
    state: token,
    client_id: provider.config.clientId,
  };
  try {
    const url = client.buildEndSessionUrl(opened, fields);
    if (url.href.length <= longestAddress) return { method: 'GET', url };
    for (const name of Object.keys(fields)) url.searchParams.delete(name);
    return { method: 'POST', url, fields };
  } catch (error) {
    throw failureOf(error, { asked: 'the discovery document' });
  }
}
