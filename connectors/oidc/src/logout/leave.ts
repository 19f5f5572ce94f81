/** Ends the upstream's session too (OpenID Connect RP-Initiated Logout 1.0). */
import type { Call, Departure, SignOut } from '@gatehouse/connector-kit';
import { failureOf } from '@gatehouse/oauth-upstream';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import type { Provider } from '../provider.ts';
import type { State } from '../state.ts';

/** What servers and proxies let an address have is 8 KiB; an ID token with many groups is longer. */
const longestAddress = 4_096;

/**
 * Kept with the browser session. The ID token of the same person's sign-in elsewhere would not do: providers end the
 * session that its `sid` names, and not the one of the browser that comes.
 */
export type SessionState = { readonly idToken: string };

const sessionForm = z.object({ idToken: z.string().min(1) });

export async function leave(
  provider: Provider,
  { sessionState, returnUrl, token }: SignOut<State>,
  call: Call,
): Promise<Departure | null> {
  const opened = await provider.client(call);
  if (opened.serverMetadata().end_session_endpoint === undefined) return null;
  const idToken = idTokenOf(sessionState, provider.config.issuer);
  const fields = {
    ...(idToken !== undefined && { id_token_hint: idToken }),
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

/** Only for whoever made it: the connector may have been given another provider since the person signed in. */
function idTokenOf(sessionState: unknown, issuer: string): string | undefined {
  const { data } = sessionForm.safeParse(sessionState);
  return data !== undefined && decodeJwt(data.idToken).iss === issuer ? data.idToken : undefined;
}
