/** Shorthand for flows against `startOidcServer`: a party, its sign-in, and requests written by hand. */
import { type OidcServer, secretOf } from './oidc-server.ts';
import { type Authorization, RelyingParty, type Tokens } from './relying-party.ts';

export interface Party {
  readonly clientId: string;
  /** Default: `https://app.example.com/callback`. */
  readonly redirectUri?: string;
  readonly public?: boolean;
}

export async function party(server: OidcServer, options: Party | string): Promise<RelyingParty> {
  const {
    clientId,
    redirectUri,
    public: isPublic,
  } = typeof options === 'string' ? { clientId: options } : options;
  return await RelyingParty.discover({
    issuer: server.issuer,
    clientId,
    ...(isPublic ? {} : { clientSecret: secretOf(clientId) }),
    redirectUri: redirectUri ?? 'https://app.example.com/callback',
  });
}

type Parameters = Readonly<Record<string, string>>;

export interface Callback {
  readonly authorization: Authorization;
  /** What the client is told. */
  readonly answer: URLSearchParams;
  readonly location: URL;
}

/** As far as the answer to the client. @throws with the page when the browser does not come back to it */
export async function authorize(rp: RelyingParty, parameters: Parameters = {}): Promise<Callback> {
  const authorization = await rp.authorization(parameters);
  const end = await rp.browser.go(authorization.url, rp.redirectUri);
  if (end.location === undefined)
    throw new Error(`not back at the client: ${end.status} ${end.url}\n${end.body}`);
  return { authorization, answer: end.location.searchParams, location: end.location };
}

export async function signIn(rp: RelyingParty, parameters: Parameters = {}): Promise<Tokens> {
  const { authorization, location } = await authorize(rp, parameters);
  return await rp.exchange(authorization, { location } as never);
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** A request as an attacker would write it. `client` authenticates with its secret. */
export async function post(
  server: Pick<OidcServer, 'issuer'>,
  path: string,
  body: Parameters | URLSearchParams,
  { client, headers = {}, origin }: { client?: string; headers?: Parameters; origin?: string } = {},
): Promise<Answer> {
  const basic = client && `Basic ${btoa(`${client}:${encodeURIComponent(secretOf(client))}`)}`;
  const response = await fetch(`${origin ?? server.issuer}${path}`, {
    method: 'POST',
    body: new URLSearchParams(body),
    headers: { ...headers, ...(basic && { authorization: basic }) },
    redirect: 'manual',
  });
  return await answerOf(response);
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : { text } };
}

export function codeGrant(rp: RelyingParty, { authorization, answer }: Callback): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: rp.redirectUri,
    code_verifier: authorization.verifier,
  };
}

export function refreshGrant(token: string | undefined, scope?: string): Record<string, string> {
  return { grant_type: 'refresh_token', refresh_token: token ?? '', ...(scope !== undefined && { scope }) };
}
