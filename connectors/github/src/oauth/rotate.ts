/** The tokens of a GitHub App live eight hours; a refresh token gets the next ones, once. */
import { ConnectorError, type RefreshCall } from '@gatehouse/connector-kit';
import type { State } from '../state.ts';
import type { Upstream } from '../upstream.ts';
import { askForTokens } from './token-endpoint.ts';

/**
 * Null: GitHub does not take the refresh token. Otherwise the new tokens are stored already: the old ones have died with
 * the answer, and whatever happens next must not lose the new.
 */
export async function rotate(
  upstream: Upstream,
  state: State,
  call: RefreshCall<State>,
): Promise<State | null> {
  if (state.refreshToken === undefined) return null;
  const grant = { grant_type: 'refresh_token', refresh_token: state.refreshToken };
  const granted = await askForTokens(upstream, grant, call);
  if ('error' in granted) {
    if (granted.error === 'bad_refresh_token') return null;
    throw new ConnectorError('unavailable', { reason: `GitHub did not renew the token: ${granted.error}` });
  }
  // ETags are of the token they were made for.
  await call.saveState(granted.tokens);
  return granted.tokens;
}
