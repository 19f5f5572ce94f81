/** What a refresh needs: a refresh token, or else an access token that does not expire. */
import { ConnectorError } from '@gatehouse/connector-kit';
import type { TokenEndpointResponse } from 'openid-client';
import type { OAuth2Config } from './config.ts';

/** A type, not an interface: only that is assignable to `Json`. */
export type State =
  | { readonly kind: 'refreshToken'; readonly token: string }
  | { readonly kind: 'accessToken'; readonly token: string }
  | { readonly kind: 'none' };

export function stateOf(tokens: TokenEndpointResponse, { refresh }: OAuth2Config): State {
  const { refresh_token, access_token, expires_in } = tokens;
  if (refresh === 'never') return { kind: 'none' };
  if (refresh_token !== undefined) return { kind: 'refreshToken', token: refresh_token };
  if (expires_in === undefined) return { kind: 'accessToken', token: access_token };
  if (refresh === 'auto') return { kind: 'none' };
  const reason =
    'the upstream gave no refresh token, and `refresh: required` wants one; allow it to this client';
  throw new ConnectorError('misconfigured', { reason });
}
