/** Asks again about somebody who signed in before, with their refresh token (OIDC Core 1.0, section 12). */
import { ConnectorError, type Identity, type RefreshCall, type Refreshed } from '@gatehouse/connector-kit';
import {
  type Claims,
  redeemRefreshToken,
  savingRotation,
  type TokenAnswer,
  textAt,
} from '@gatehouse/oauth-upstream';
import { decodeJwt } from 'jose';
import type * as client from 'openid-client';
import { claimsOf } from './finish.ts';
import { checkParties, Unsaid } from './id-token.ts';
import { type Before, type Person, personAnew, personFrom } from './person.ts';
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
  const question = { opened, tokens: redeemed.tokens, state: kept, before: beforeOf(identity) };
  return await askAgain(provider, question, identity, call).catch(goneWhereUnsaid);
}

interface Question {
  readonly opened: client.Configuration;
  readonly tokens: TokenAnswer;
  readonly state: State;
  readonly before: Before;
}

async function askAgain(
  provider: Provider,
  question: Question,
  { authenticated }: Identity<State>,
  call: RefreshCall<State>,
): Promise<Refreshed<State>> {
  const { state, person } = await asked(provider, question, call);
  return { status: 'current', identity: { ...person, ...(authenticated && { authenticated }), state } };
}

function beforeOf({ state, authenticated }: Identity<State>): Before {
  const claims = decodeJwt(state.idToken) as unknown as Claims;
  const acr = authenticated?.acr ?? textAt(claims, 'acr');
  const hd = textAt(claims, 'hd');
  return { claims, proved: { ...(acr !== undefined && { acr }), ...(hd !== undefined && { hd }) } };
}

async function asked(
  provider: Provider,
  { opened, tokens, state, before }: Question,
  call: RefreshCall<State>,
): Promise<{ readonly person: Person; readonly state: State }> {
  const common = { opened, accessToken: tokens.access_token, sub: state.sub, before };
  if (tokens.id_token === undefined) {
    return { person: await personAnew(provider, { ...common, claims: {} }, call), state };
  }
  const { claims, sub } = claimsOf(tokens);
  call.trace.step('ID token', { claims });
  checkParties(claims, provider.config);
  if (sub !== state.sub) throw otherPerson();
  const named = isNamed(claims, provider) || !isNamed(before.claims, provider);
  const whole = named && (textAt(claims, 'hd') ?? before.proved.hd) === textAt(claims, 'hd');
  const next = whole ? { ...state, idToken: tokens.id_token } : state;
  await call.saveState(next);
  const person = await (named ? personFrom : personAnew)(provider, { ...common, claims }, call);
  return { person, state: next };
}

/** Whether an ID token speaks of the person at all, or only says that they are still there. */
function isNamed(claims: Claims, { config }: Provider): boolean {
  return config.claims.username.some((path) => textAt(claims, path) !== undefined);
}

/** What lets them in was not asked for when they signed in, and is not said now: they sign in once more. */
function goneWhereUnsaid(error: unknown): Refreshed<State> {
  if (error instanceof Unsaid) return { status: 'gone', proof: 'absent', reason: error.message };
  throw error;
}

/** OIDC Core 1.0, section 12.2. */
function otherPerson(): ConnectorError {
  return new ConnectorError('bad_response', {
    reason: 'the refreshed ID token is of another person (`sub`)',
  });
}
