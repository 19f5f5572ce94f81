/** Asks again about somebody who signed in before, with their refresh token (OIDC Core 1.0, section 12). */
import { ConnectorError, type Identity, type RefreshCall, type Refreshed } from '@gatehouse/connector-kit';
import { type Claims, failureOf, readable, type Step } from '@gatehouse/oauth-upstream';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { checkParties } from './checks.ts';
import { claimsOf } from './finish.ts';
import { type Person, personAnew, personFrom } from './person.ts';
import type { Provider } from './provider.ts';
import { savingRotation } from './saving-rotation.ts';
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
  const rotation = savingRotation(opened, identity.state, call);
  const redeemed = await redeem(provider, opened, refreshToken);
  if ('gone' in redeemed) return redeemed.gone;
  const { tokens } = redeemed;
  provider.keepKeys(opened);
  const { state, person } = await asked(provider, { opened, tokens, state: rotation.state() }, call);
  const { authenticated } = identity;
  return { status: 'current', identity: { ...person, ...(authenticated && { authenticated }), state } };
}

type TokenAnswer = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
type Gone = Extract<Refreshed<State>, { readonly status: 'gone' }>;

async function redeem(
  { config }: Provider,
  opened: client.Configuration,
  refreshToken: string,
): Promise<{ readonly tokens: TokenAnswer } | { readonly gone: Gone }> {
  const step = { asked: 'the token endpoint', secrets: [refreshToken] };
  try {
    return { tokens: await client.refreshTokenGrant(opened, refreshToken) };
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return { gone: whatNoMeans(error, config, step) };
    throw failureOf(error, step);
  }
}

/** The upstream wants to see the person again. It may have withdrawn the token for a hundred reasons. */
const notAnyMore: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
]);

/**
 * A token that is taken no more is no proof that its owner has left: passwords are changed, sessions end, keys are
 * lost. But nobody can ever be asked with it again, so the person signs in again; and should an upstream have
 * forgotten all its tokens at once, the brake on absences holds.
 */
function whatNoMeans(
  { error, error_description: description = '' }: client.ResponseBodyError,
  { leftWhen, revoked }: Provider['config'],
  step: Step,
): Gone {
  const said = readable(`${error}: ${description}`, step.secrets);
  if (error === 'invalid_grant' && leftWhen.some((part) => description.includes(part))) {
    return {
      status: 'gone',
      proof: 'stated',
      reason: `the upstream says that the person has left (${said})`,
    };
  }
  if (notAnyMore.has(error) && revoked === 'gone') {
    return {
      status: 'gone',
      proof: 'absent',
      reason: `the upstream takes the refresh token no more (${said})`,
    };
  }
  // Whatever else it says, it says of us; and "denied" would be taken for a statement about the person.
  throw new ConnectorError('unavailable', { reason: `${step.asked} said no (${said})` });
}

interface Redeemed {
  readonly opened: client.Configuration;
  readonly tokens: TokenAnswer;
  readonly state: State;
}

async function asked(
  provider: Provider,
  { opened, tokens, state }: Redeemed,
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
