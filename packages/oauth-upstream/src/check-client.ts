/** For `connector check`: one line of it, and whether the upstream knows our client. */
import { adviceOnFetch, type Check } from '@gatehouse/connector-kit';
import * as client from 'openid-client';
import { type ClientCredentials, methodFor } from './client-authentication.ts';
import { failureOf } from './failures.ts';

export interface Attempted<T> {
  readonly line: Check;
  /** Absent: it failed. */
  readonly found?: T;
}

/** Runs it and reports; never throws. @param advice where the upstream can be reached */
export async function attempt<T extends { readonly detail: string }>(
  name: string,
  advice: string,
  run: () => Promise<T>,
  secrets: readonly (string | undefined)[] = [],
): Promise<Attempted<T>> {
  const begun = performance.now();
  const took = () => Math.round(performance.now() - begun);
  try {
    const found = await run();
    return { line: { name, ok: true, detail: found.detail, took: took() }, found };
  } catch (error) {
    const failure = failureOf(error, { asked: 'the upstream', secrets });
    const line = { name, ok: false, detail: failure.message, advice: adviceOnFetch(failure) ?? advice };
    return { line: { ...line, took: took() } };
  }
}

/** Nobody has this refresh token; who knows the client says so, who does not speaks of the client instead. */
const noSuchToken = 'gatehouse-asks-whether-this-client-is-known';

export async function checkClientAuthentication(
  open: () => Promise<client.Configuration>,
  credentials: ClientCredentials,
  supported: readonly string[] | undefined,
): Promise<Check> {
  const method = methodFor(credentials, supported);
  const advice = `Compare \`clientId\` and the secret or key with the upstream's, and see that it lets this client authenticate by ${method} (\`clientAuthentication\`).`;
  const ask = async () => ({ detail: `${method}: ${await refusalOf(await open())}` });
  const { line } = await attempt('client authentication', advice, ask, [credentials.clientSecret]);
  return line;
}

/** @throws whatever is not an answer about the token */
async function refusalOf(opened: client.Configuration): Promise<string> {
  try {
    await client.refreshTokenGrant(opened, noSuchToken);
    return 'taken';
  } catch (error) {
    if (!(error instanceof client.ResponseBodyError)) throw error;
    if (error.error === 'invalid_client' || error.error === 'unauthorized_client') throw error;
    return error.error === 'invalid_grant' ? 'taken' : `not refused (${error.error}); a sign-in will tell`;
  }
}
