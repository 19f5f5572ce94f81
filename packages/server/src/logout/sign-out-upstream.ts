/**
 * Whoever signs out here is signed out at the upstream as well, where the connector knows how: at a shared computer the
 * next person would otherwise be let in there, and so here, without a question.
 *
 * The session here has ended whatever comes of it. Nothing that goes wrong on the way may undo that.
 */
import { randomBytes } from 'node:crypto';
import type { Departure, Json } from '@gatehouse/connector-kit';
import { StoreUnavailable } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';
import { callConnector } from '../connectors/call-connector.ts';
import { signedOutUrl } from '../connectors/callback-url.ts';
import type { Connectors } from '../connectors/open-connector.ts';
import { depart } from '../http/depart.ts';
import { factsOf } from '../http/facts.ts';
import type { Issuer } from '../http/issuer.ts';
import { show } from '../http/show.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import type { Left, Oidc } from '../oidc/oidc.ts';
import { leftBehindPage } from '../pages/left-behind.ts';
import type { Site } from '../pages/site.ts';
import { rememberOnward } from './onward.ts';
import { type Upstream, upstreamOf } from './upstream-of.ts';

export interface SignOutRoom {
  readonly issuer: Issuer;
  readonly site: Site;
  readonly connectors: Connectors;
  readonly oidc: Pick<Oidc, 'left'>;
}

/** Milliseconds. The person waits, and what they asked for is done already. */
const deadline = 5_000;

/** Stands around the provider, within the unit of work. */
export function signOutUpstream(room: SignOutRoom): Middleware {
  return async (ctx, next) => {
    await next();
    const left = room.oidc.left(ctx);
    const upstream = left && upstreamOf(room.connectors, left.subject);
    if (left && upstream) await goOnThere(room, ctx, left, upstream);
  };
}

async function goOnThere(room: SignOutRoom, ctx: Context, left: Left, upstream: Upstream): Promise<void> {
  const { entry } = upstream;
  const onward = ctx.response.get('Location');
  ctx.remove('Location');
  const token = randomBytes(32).toString('base64url');
  try {
    const departure = await departureOf(room, ctx, { left, upstream, token });
    if (departure === null) return ctx.set('Location', onward);
    depart(ctx, room.site, { connectorId: entry.id, connectorName: entry.name, departure });
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    factsOf(ctx).log.warn({ connector: entry.id, error }, 'not signed out at the upstream');
    return show(ctx, 200, leftBehindPage(room.site, { connectorName: entry.name, onward }));
  }
  if (!rememberOnward(ctx, room.issuer, token, onward)) {
    factsOf(ctx).log.warn(
      { length: onward.length },
      'address after the sign-out is too long to come back to',
    );
  }
}

interface Leaving {
  readonly left: Left;
  readonly upstream: Upstream;
  readonly token: string;
}

async function departureOf(
  { issuer }: SignOutRoom,
  ctx: Context,
  { left, upstream, token }: Leaving,
): Promise<Departure | null> {
  const { entry, logout } = upstream;
  const sessionState = await sessionStateOf(left);
  const stored = await currentUnit().identities.find(left.subject);
  if (stored === null) return null;
  const signOut = {
    token,
    identity: stored.identity,
    returnUrl: signedOutUrl(issuer, entry.id),
    ...(sessionState !== null && { sessionState }),
  };
  // Half-way, the power goes: the session here has ended all the same.
  await currentUnit().commit('success');
  return await callConnector(ctx, entry.id, (call) => logout(signOut, call), deadline);
}

/** For the last time: it goes with the session. */
async function sessionStateOf({ upstreamStateId }: Left): Promise<Json | null> {
  return upstreamStateId === undefined ? null : await currentUnit().upstreamSessions.find(upstreamStateId);
}
