/** Asks again about somebody who signed in before, with their refresh token (OIDC Core 1.0, section 12). */
import { ConnectorError, type Identity, type RefreshCall, type Refreshed } from '@gatehouse/connector-kit';
import { type Claims, redeemRefreshToken, savingRotation, type TokenAnswer } from '@gatehouse/oauth-upstream';
import { decodeJwt } from 'jose';
import type * as client from 'openid-client';
import { checkParties } from './checks.ts';
import { claimsOf } from './finish.ts';
import { type Person, personAnew, personFrom } from './person.ts';
import type { Provider } from './provider.ts';
import type { State } from './state.ts';

export async function refresh(
  provider: Provider,
  identity: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const { refreshToken } = identity.state;
  // There is nobody to ask: the upstream gives no such tokens, or gave none to this person.
  if (refreshToken === undefined || provider.config.refresh === 'never')
    return { status: 'current', identity };
  const opened = await provider.client(call);
  let { state: kept } = identity;
  savingRotation(opened, refreshToken, async (rotated) => {
    kept = { ...kept, refreshToken: rotated };
    await call.saveState(kept);
  });
  const redeemed = await redeemRefreshToken(opened, refreshToken, provider.config);
  if ('gone' in redeemed) return redeemed.gone;
  provider.keepKeys(opened);
  const { state, person } = await asked(provider, { opened, tokens: redeemed.tokens, state: kept }, call);
  const { authenticated } = identity;
  return { status: 'current', identity: { ...person, ...(authenticated && { authenticated }), state } };
}

interface Asked {
  readonly opened: client.Configuration;
  readonly tokens: TokenAnswer;
  readonly state: State;
}

async function asked(
  provider: Provider,
  { opened, tokens, state }: Asked,
  call: RefreshCall<State>,
): Promise<{ readonly person: Person; readonly state: State }> {
  const accessToken = tokens.access_token;
  if (tokens.id_token === undefined) {
    const before = {
      opened,
      accessToken,
      claims: decodeJwt(state.idToken) as unknown as Claims,
      sub: state.sub,
    };
    return { person: await withoutIdToken(provider, before, call), state };
  }
  const { claims, sub } = claimsOf(tokens);
  call.trace.step('ID token', { claims });
  checkParties(claims, provider.config);
  if (sub !== state.sub) throw otherPerson();
  const fresh = { ...state, idToken: tokens.id_token };
  await call.saveState(fresh);
  return { person: await personFrom(provider, { opened, accessToken, claims, sub }, call), state: fresh };
}

/** What the upstream does not say again stays as it was; the token at least is still good. */
async function withoutIdToken(
  provider: Provider,
  before: Parameters<typeof personFrom>[1],
  call: RefreshCall<State>,
): Promise<Person> {
  const { userinfo_endpoint } = before.opened.serverMetadata();
  if (userinfo_endpoint !== undefined) return await personAnew(provider, before, call);
  return await personFrom(provider, before, call);
}

/** OIDC Core 1.0, section 12.2. */
function otherPerson(): ConnectorError {
  return new ConnectorError('bad_response', {
    reason: 'the refreshed ID token is of another person (`sub`)',
  });
}
