/** Asks again about somebody who signed in before, with what their sign-in left. */
import { ConnectorError, type Identity, type RefreshCall, type Refreshed } from '@gatehouse/connector-kit';
import { identityFrom, redeemRefreshToken, savingRotation } from '@gatehouse/oauth-upstream';
import type * as client from 'openid-client';
import type { State } from './state.ts';
import type { Upstream } from './upstream.ts';

export async function refresh(
  upstream: Upstream,
  identity: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const { state } = identity;
  // There is nobody to ask: the upstream gives no such tokens, or gave none to this person.
  if (state.kind === 'none' || upstream.config.refresh === 'never') return { status: 'current', identity };
  const opened = await upstream.client(call);
  if (state.kind === 'accessToken')
    return await ask(upstream, { opened, identity, token: state.token, state }, call);
  let kept: State = state;
  savingRotation(opened, state.token, async (token) => {
    kept = { kind: 'refreshToken', token };
    await call.saveState(kept);
  });
  const redeemed = await redeemRefreshToken(opened, state.token, { leftWhen: [], ...upstream.config });
  if ('gone' in redeemed) return redeemed.gone;
  return await ask(upstream, { opened, identity, token: redeemed.tokens.access_token, state: kept }, call);
}

interface Question {
  readonly opened: client.Configuration;
  readonly identity: Identity<State>;
  readonly token: string;
  readonly state: State;
}

async function ask(
  upstream: Upstream,
  { opened, identity, token, state }: Question,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const claims = await upstream.userinfo(opened, token, call);
  if (claims === undefined) return refused(upstream, state);
  const { authenticated } = identity;
  const person = identityFrom(claims, upstream.mapping);
  if (person.upstreamId !== identity.upstreamId) throw otherPerson();
  return { status: 'current', identity: { ...person, ...(authenticated && { authenticated }), state } };
}

/** A token from a moment ago that is not taken is a fault over there; an old one was withdrawn. */
function refused({ config }: Upstream, { kind }: State): Refreshed<State> {
  if (kind === 'accessToken' && config.revoked === 'gone') {
    return { status: 'gone', proof: 'absent', reason: 'the upstream takes the access token no more' };
  }
  const reason = 'the userinfo endpoint does not take the access token';
  throw new ConnectorError('unavailable', { reason });
}

/** Attack: an account that was deleted, and its place given to somebody else. */
function otherPerson(): ConnectorError {
  return new ConnectorError('bad_response', { reason: 'the upstream answers for another person' });
}
