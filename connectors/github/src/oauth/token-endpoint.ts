/** `POST /login/oauth/access_token`: a code, or a refresh token, becomes tokens. */
import { type Call, ConnectorError, fetchFailed, readJson } from '@gatehouse/connector-kit';
import { z } from 'zod';
import { readAs } from '../api/read-as.ts';
import { refusalOf } from '../api/refusals.ts';
import { below } from '../places.ts';
import type { Tokens } from '../state.ts';
import type { Upstream } from '../upstream.ts';

/** Names of GitHub's page about token requests that failed, and whatever else it sends under `error`. */
export interface TokenFailure {
  readonly error: string;
}

export interface Granted {
  readonly tokens: Tokens;
  /** With commas between; of a GitHub App empty. */
  readonly scope: string;
}

const token = z.string().min(1).max(1000);
const lifetime = z.int().positive();

const answer = z.union([
  z.object({ error: z.string().min(1) }),
  z.object({
    access_token: token,
    token_type: z.string().regex(/^bearer$/i),
    scope: z.string().max(2000).default(''),
    expires_in: lifetime.optional(),
    refresh_token: token.optional(),
  }),
]);

/**
 * GitHub reports failures with status 200.
 * @throws ConnectorError `unavailable`, or `misconfigured` where GitHub does not know the app
 */
export async function askForTokens(
  upstream: Upstream,
  grant: Readonly<Record<string, string>>,
  call: Call,
): Promise<Granted | TokenFailure> {
  const { clientId, clientSecret } = upstream.config;
  const response = await post(upstream, { client_id: clientId, client_secret: clientSecret, ...grant }, call);
  const read = readAs(answer, await bodyOf(upstream, response), 'the request for a token');
  if ('error' in read) {
    // A word of its list; anything longer is not GitHub's, and may be anything.
    const error = /^[a-z_]{1,60}$/.test(read.error) ? read.error : 'an unknown error';
    if (error === 'incorrect_client_credentials') throw wrongCredentials();
    return { error };
  }
  const { access_token, expires_in, refresh_token } = read;
  const expires = expires_in === undefined ? undefined : upstream.host.now().getTime() + expires_in * 1000;
  return {
    scope: read.scope,
    tokens: {
      token: access_token,
      ...(expires !== undefined && { expires }),
      ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    },
  };
}

function post(
  { web, host }: Upstream,
  form: Readonly<Record<string, string>>,
  call: Call,
): Promise<Response> {
  const request = {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(form),
    signal: call.signal,
    redirect: 'manual',
  } as const;
  return host.fetch(below(web, '/login/oauth/access_token'), request).catch((error: unknown) => {
    throw fetchFailed(error, "GitHub's token endpoint");
  });
}

async function bodyOf({ host }: Upstream, response: Response): Promise<unknown> {
  const { status, headers } = response;
  const body = await readJson(response, "GitHub's token endpoint").catch(() => null);
  if (status === 200 && body !== null) return body;
  // An app that was deleted, or a client id with a slip.
  if (status === 404) throw wrongCredentials();
  if (status === 403 || status === 429) {
    const refusal = refusalOf({ status, headers, said: '', path: 'the request for a token' }, host.now());
    if (ConnectorError.is(refusal)) throw refusal;
  }
  throw new ConnectorError('unavailable', {
    reason: `GitHub's token endpoint answered with status ${status}, and not with a token`,
  });
}

function wrongCredentials(): ConnectorError {
  return new ConnectorError('misconfigured', {
    reason: 'GitHub does not know the app by this client ID and client secret',
  });
}
