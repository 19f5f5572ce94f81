/** The requests of openid-client through `host.fetch`, with everything that is not an answer told apart at once. */
import {
  answerFailed,
  type Call,
  ConnectorError,
  type ConnectorHost,
  fetchFailed,
} from '@gatehouse/connector-kit';
import type { CustomFetchOptions } from 'openid-client';

export type UpstreamFetch = (
  url: string,
  init: Pick<CustomFetchOptions, 'method' | 'headers' | 'redirect'> & Partial<CustomFetchOptions>,
) => Promise<Response>;

/** @throws ConnectorError `unavailable` where there is no answer, or one that says nothing of what was asked */
export function upstreamFetch(host: ConnectorHost, call: Pick<Call, 'signal'>): UpstreamFetch {
  return async (url, { body, headers, method, redirect, signal }) => {
    const place = placeOf(url);
    const either = signal === undefined ? call.signal : AbortSignal.any([call.signal, signal]);
    const init = { headers, method, redirect, signal: either, ...(body && { body }) };
    const answer = await whole(host.fetch(url, init), place);
    if (answer.status === 429 || answer.status >= 500) throw answerFailed(answer, place, host.now());
    if (answer.status >= 300 && answer.status < 400) throw moved(place);
    return answer;
  };
}

/** With its body: what breaks off on the way is no malformed answer. */
async function whole(asked: Promise<Response>, place: string): Promise<Response> {
  try {
    const response = await asked;
    const body = await response.arrayBuffer();
    const { status, headers } = response;
    return new Response(body.byteLength === 0 ? null : body, { status, headers });
  } catch (error) {
    throw fetchFailed(error, place);
  }
}

/** Without its query: there may be a token in it. */
export function placeOf(url: string | URL): string {
  const parsed = URL.parse(String(url));
  return parsed === null ? 'the upstream' : `${parsed.origin}${parsed.pathname}`;
}

/** Attack: an upstream that sends our requests, with the client's secret, to where it likes. */
function moved(place: string): ConnectorError {
  const reason = `${place} answers with a redirect, which is not followed; write the address that it leads to`;
  return new ConnectorError('misconfigured', { reason });
}
