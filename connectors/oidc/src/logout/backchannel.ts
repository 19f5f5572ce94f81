/** `POST /connectors/<id>/backchannel-logout`: the upstream tells that somebody has signed out there. */
import { createHash } from 'node:crypto';
import { type Arrival, type Call, ConnectorError, type Reply } from '@gatehouse/connector-kit';
import type { Provider } from '../provider.ts';
import type { LogoutToken, LogoutTokens } from './logout-token.ts';

/** OpenID Connect Back-Channel Logout 1.0, section 2.8. */
export async function backchannel(
  provider: Provider,
  tokens: LogoutTokens,
  arrival: Arrival,
  call: Call,
): Promise<Reply> {
  const given = arrival.method === 'POST' ? arrival.params.getAll('logout_token') : [];
  const [token, more] = given;
  if (token === undefined || more !== undefined) return refused('there is not one logout_token');
  try {
    await signOut(provider, await tokens.verify(token, call));
    return { status: 200, headers: { 'cache-control': 'no-store' } };
  } catch (error) {
    if (!ConnectorError.is(error) || error.code === 'unavailable') throw error;
    call.log.warn({ reason: error.message }, 'back-channel logout refused');
    return refused(error.message);
  }
}

/** Where the id is another claim, a logout token does not say it: its `sid` tells whom it means. */
async function signOut({ config, host }: Provider, { jti, exp, sub, sid }: LogoutToken): Promise<void> {
  const people = sub !== undefined && config.claims.id === 'sub' ? [sub] : [];
  if (people.length === 0 && sid === undefined) {
    const reason =
      'the logout token has no `sid`, and a `sub` that is not the id (claims.id): nobody can be found by it; let the upstream send `sid`';
    throw new ConnectorError('misconfigured', { reason });
  }
  const key = `logout ${createHash('sha256').update(jti).digest('base64url')}`;
  const until = new Date((exp + config.clockTolerance) * 1000);
  if (!(await host.once(key, until))) {
    throw new ConnectorError('bad_response', { reason: 'the logout token was used before' });
  }
  await host.changed(people, 'signedOut', sid === undefined ? undefined : [sid]);
}

function refused(reason: string): Reply {
  return {
    status: 400,
    headers: { 'cache-control': 'no-store', 'content-type': 'application/json' },
    body: JSON.stringify({ error: 'invalid_request', error_description: reason }),
  };
}
