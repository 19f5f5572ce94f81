/** One lie of a hostile OpenID Connect provider, and how a sign-in must end; what the tables of lies are made of. */
import type { ServerResponse } from 'node:http';
import type { ConnectorErrorCode } from '@gatehouse/connector-kit';
import type { Members, OidcLies } from './oidc-provider.ts';

export interface OidcCase {
  /** What is tried, and what it would be good for. */
  readonly attack: string;
  readonly lies: OidcLies;
  readonly config?: Members;
  /** Of the client: the sign-in that the browser began was to be a fresh one. */
  readonly fresh?: boolean;
  readonly refused: readonly [code: ConnectorErrorCode, reason: RegExp];
}

export function row(
  attack: string,
  lies: OidcLies,
  refused: OidcCase['refused'],
  more: Pick<OidcCase, 'config' | 'fresh'> = {},
): OidcCase {
  return { attack, lies, refused, ...more };
}

/** In the ID token, beside what is honest. */
export function claims(change: Members): OidcLies {
  return { claims: (honest) => ({ ...honest, ...change }) };
}

/** The body as it is. */
export function raw(body: string, type = 'application/json') {
  return () => (response: ServerResponse) => void response.writeHead(200, { 'content-type': type }).end(body);
}
