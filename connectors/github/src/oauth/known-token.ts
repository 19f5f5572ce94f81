/** `POST /applications/{client_id}/token`: what GitHub says of a token to the app that it was made for. */
import { type Call, ConnectorError, discard, fetchFailed } from '@gatehouse/connector-kit';
import { apiHeaders } from '../api/ask.ts';
import { refusalOf } from '../api/refusals.ts';
import { below } from '../places.ts';
import type { Upstream } from '../upstream.ts';

/** @throws ConnectorError `misconfigured` where the app's own credentials are refused, `unavailable` for the rest */
export async function isTokenKnown(upstream: Upstream, token: string, call: Call): Promise<boolean> {
  const { config, host, api } = upstream;
  const path = `/applications/${encodeURIComponent(config.clientId)}/token`;
  const response = await host
    .fetch(below(api, path), {
      method: 'POST',
      headers: { ...apiHeaders, authorization: basic(upstream), 'content-type': 'application/json' },
      body: JSON.stringify({ access_token: token }),
      signal: call.signal,
      redirect: 'manual',
    })
    .catch((error: unknown) => {
      throw fetchFailed(error, "GitHub's API");
    });
  await discard(response);
  const { status, headers } = response;
  if (status === 200) return true;
  if (status === 404) return false;
  if (status === 401) {
    throw new ConnectorError('misconfigured', {
      reason: 'GitHub refused the client ID and the client secret',
    });
  }
  const refusal = refusalOf({ status, headers, said: '', path: 'the question about a token' }, host.now());
  if (ConnectorError.is(refusal)) throw refusal;
  throw new ConnectorError('unavailable', { reason: `GitHub answered ${refusal.message}` });
}

/** The app in its own name (RFC 7617). */
export function basic({ config }: Upstream): string {
  return `Basic ${Buffer.from(`${config.clientId}:${config.clientSecret}`).toString('base64')}`;
}
