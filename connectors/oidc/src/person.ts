/** From tokens to what is said about a person: the ID token, userinfo, and whoever else has to be asked for groups. */
import { type Call, ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { type Claims, failureOf, identityFrom, textAt } from '@gatehouse/oauth-upstream';
import * as client from 'openid-client';
import { groupsBesides } from './groups/groups-besides.ts';
import { checkAllowed } from './id-token.ts';
import type { Provider } from './provider.ts';

export interface Tokens {
  readonly opened: client.Configuration;
  readonly accessToken: string;
  /** Of the ID token; verified. */
  readonly claims: Claims;
  readonly sub: string;
  /** At a refresh. */
  readonly before?: Before;
}

/**
 * What was shown at the sign-in, or at a refresh since. A refreshed ID token may leave out nearly everything (OIDC Core
 * 1.0, section 12.2), and silence takes nothing back.
 */
export interface Before {
  /** Of the last ID token that had them all. */
  readonly claims: Claims;
  /** The claims that let the person in: `hd`, `acr`. */
  readonly proved: Claims;
}

export type Person = Omit<Identity<never>, 'state' | 'authenticated'>;

/** What the ID token says comes first, because it is signed. */
export async function personFrom(provider: Provider, tokens: Tokens, call: Call): Promise<Person> {
  const { config } = provider;
  const more = config.userinfo ? await userinfo(tokens, call) : {};
  return await describe(provider, tokens, [tokens.claims, more], call);
}

/**
 * From an upstream that says less than at the sign-in. What userinfo says comes first, because it is newer than the ID
 * token that there was then; what nobody says again stays as it was. The token at least is still good.
 */
export async function personAnew(provider: Provider, tokens: Tokens, call: Call): Promise<Person> {
  const { opened, claims, before } = tokens;
  const hasUserinfo = opened.serverMetadata().userinfo_endpoint !== undefined;
  const more = hasUserinfo ? await userinfo(tokens, call) : {};
  return await describe(provider, tokens, [more, claims, before?.claims ?? {}], call);
}

/** What the first of the sources says comes first. */
async function describe(
  provider: Provider,
  tokens: Tokens,
  sources: readonly Claims[],
  call: Call,
): Promise<Person> {
  const { config } = provider;
  const said: Claims = Object.assign({}, ...sources.toReversed());
  const claims = stillProved(said, tokens.before?.proved ?? {});
  checkAllowed(claims, config);
  const besides = await groupsBesides({ provider, tokens, claims, call });
  const facts = identityFrom(
    sources,
    besides === undefined ? config.claims : { ...config.claims, groups: [] },
  );
  const session = claims.sid;
  return {
    ...facts,
    groups: besides ?? facts.groups,
    ...(typeof session === 'string' && { upstreamSession: session }),
  };
}

/** What is said now counts, and where it is another thing than before. */
function stillProved(said: Claims, proved: Claims): Claims {
  const silent = Object.entries(proved).filter(([name]) => textAt(said, name) === undefined);
  return { ...said, ...Object.fromEntries(silent) };
}

/** Attack: an access token of somebody else, whose groups would come with it. The subjects are compared. */
async function userinfo({ opened, accessToken, sub }: Tokens, call: Call): Promise<Claims> {
  try {
    const claims = (await client.fetchUserInfo(opened, accessToken, sub)) as Claims;
    call.trace.step('userinfo', { claims });
    return ofAccount(claims);
  } catch (error) {
    if (error instanceof client.WWWAuthenticateChallengeError) throw refused();
    throw failureOf(error, { asked: 'the userinfo endpoint', secrets: [accessToken] });
  }
}

/**
 * Attack: somebody writes `acr` into their profile, where an upstream shows it beside the rest. How they signed in stands in
 * the ID token alone.
 */
function ofAccount({ acr: _, sid: __, ...claims }: Claims): Claims {
  return claims;
}

/** It was given a moment ago: what is wrong is not the person. */
function refused(): ConnectorError {
  return new ConnectorError('unavailable', {
    reason: 'the userinfo endpoint does not take the access token',
  });
}
