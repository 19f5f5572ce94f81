/** The upstream has said who it is: rules, identity, session, and back to the application. */
import { randomUUID } from 'node:crypto';
import type { Identity, Json } from '@gatehouse/connector-kit';
import { recordSignIn } from '@gatehouse/core';
import type { Context } from 'koa';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { factsOf } from '../http/facts.ts';
import { rememberLastUsed } from '../http/last-used.ts';
import { goTo } from '../http/show.ts';
import { forgetSignOut } from '../http/sign-out-mark.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import type { LoginRoom } from './login-room.ts';
import { usableConnectors } from './sign-in.ts';

export interface Proved {
  readonly pending: PendingSignIn;
  readonly open: OpenConnector;
  readonly identity: Identity<Json>;
  readonly remember: boolean;
  /** When this attempt began. Absent where the person typed a password into a page of ours. */
  readonly begunAt?: Date;
}

/** Seconds by which clocks differ. */
const clockSkew = 60;

/** @throws BrokerError `not_allowed`, `reserved_name`, `bad_upstream_response` */
export async function complete(room: LoginRoom, ctx: Context, proved: Proved): Promise<void> {
  const { pending, open, identity } = proved;
  const { entry } = open;
  const now = room.now();
  const { at, acr, amr } = identity.authenticated ?? {};
  if (isTooOld(proved, now)) {
    const why = 'the upstream did not ask the person again';
    return goTo(ctx, await room.oidc.refused(ctx, 'login_required', why));
  }
  const { log } = factsOf(ctx);
  const signIn = { unit: currentUnit(), entry, client: pending.client, identity, now, log };
  const { subject } = recordSignIn(signIn);
  const onward = await room.oidc.signedIn(ctx, {
    subject,
    authenticatedAt: at !== undefined && at < now ? at : now,
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    ...upstreamTies(room, proved),
    attended: proved.begunAt === undefined || (at !== undefined && at >= proved.begunAt),
    remember: proved.remember && room.config.sessions.remember > 0,
  });
  forgetSignOut(ctx, room.issuer);
  // Who has no choice has nothing to be reminded of.
  if (usableConnectors(room, pending).length > 1) rememberLastUsed(ctx, room.issuer, entry.id);
  goTo(ctx, onward);
  logWhenSent(ctx, { connector: entry.id, client: pending.client.id, subject });
}

/** What a sign-out there, or here, will ask for. It cannot be needed for longer than the session may live. */
function upstreamTies({ config, now }: LoginRoom, { open, identity }: Proved) {
  const { upstreamSession, upstreamSessionEnds, sessionState } = identity;
  const named = {
    ...(upstreamSession !== undefined && { upstreamSession }),
    ...(upstreamSessionEnds !== undefined && { upstreamSessionEnds }),
  };
  if (sessionState === undefined || open.connector.logout === undefined) return named;
  const { max, remember } = config.sessions;
  const id = randomUUID();
  const expiresAt = new Date(now().getTime() + Math.max(max, remember) * 1000);
  currentUnit().upstreamSessions.keep({ id, state: sessionState, expiresAt });
  return { ...named, upstreamStateId: id };
}

/**
 * Whether an upstream that was told `prompt=login` or `max_age` has answered from a session of its own. The client
 * could see it in `auth_time`; few look.
 */
function isTooOld({ pending, identity, begunAt }: Proved, now: Date): boolean {
  const at = identity.authenticated?.at;
  if (at === undefined) return false;
  const { fresh, maxAge } = pending.wish;
  if (fresh) return at.getTime() < (begunAt ?? now).getTime() - clockSkew * 1000;
  return maxAge !== undefined && now.getTime() - at.getTime() > (maxAge + clockSkew) * 1000;
}

/** Not before the answer has left: until then the database may still refuse to store the sign-in. */
function logWhenSent(ctx: Context, fields: Readonly<Record<string, string>>): void {
  ctx.res.once('finish', () => {
    if (ctx.status === 303) factsOf(ctx).log.info(fields, 'signed in');
  });
}
