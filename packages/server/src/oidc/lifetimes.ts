/** How long each thing lives, in seconds. */
import type { SessionLifetimes, TokenLifetimes } from '@gatehouse/config';
import type { Grant, Session } from 'oidc-provider';
import type { UpstreamTies } from './session.ts';

/** From asking to sign in until it is done: at the login page, at the upstream, and with the answer of it. */
export const signInLifetime = 600;

/** The library rounds down to whole seconds on either side. */
const rounding = 60;

export interface Lifetimes {
  readonly tokens: TokenLifetimes;
  readonly sessions: SessionLifetimes;
  readonly now: () => Date;
}

export function ttl({ tokens, sessions, now }: Lifetimes) {
  return {
    AccessToken: tokens.accessToken,
    AuthorizationCode: tokens.code,
    IdToken: tokens.idToken,
    RefreshToken: tokens.refreshMax,
    Interaction: signInLifetime,
    Session: (_ctx: unknown, session: Session) => sessionLifetime(session, sessions, now()),
    Grant: (_ctx: unknown, grant: Grant) => grantLifetime(grant, tokens, sessions),
    // Switched off; named so that no default of the library applies.
    BackchannelAuthenticationRequest: undefined,
    ClientCredentials: undefined,
    DeviceCode: undefined,
    PreAuthorizedCode: undefined,
  };
}

/**
 * One that is remembered lives for so long from the sign-in; another ends when idle, or at its longest. None outlives the
 * upstream's own, where that says when it ends.
 */
function sessionLifetime(
  session: Session & UpstreamTies,
  { idle, max, remember }: SessionLifetimes,
  now: Date,
): number {
  const seconds = Math.floor(now.getTime() / 1000);
  const age = seconds - (session.loginTs ?? 0);
  if (session.accountId === undefined) return signInLifetime;
  const own = session.transient ? Math.min(idle, max - age) : remember - age;
  const { upstreamSessionEnds = Number.POSITIVE_INFINITY } = session;
  return Math.max(1, Math.min(own, upstreamSessionEnds - seconds));
}

/** Longer than everything that hangs on it: a token whose grant is gone is refused. */
function grantLifetime(grant: Grant, tokens: TokenLifetimes, sessions: SessionLifetimes): number {
  const longest = Math.max(tokens.refreshMax, sessions.max, sessions.remember);
  const offline = grant.getOIDCScope().split(' ').includes('offline_access');
  return (
    tokens.code +
    rounding +
    (offline ? longest : Math.max(tokens.accessToken, sessions.max, sessions.remember))
  );
}
