/**
 * The browser fetches the answer that landed for it.
 *
 * Attack: somebody begins a sign-in, and makes another person's browser finish it; that person then works in the
 * attacker's account, or the other way round. The cookie of `/login/:uid` must be of the sign-in that began the login.
 */
import type { Arrival } from '@gatehouse/connector-kit';
import { BrokerError, type Login } from '@gatehouse/core';
import type { Context } from 'koa';
import { callConnector } from '../connectors/call-connector.ts';
import { callbackUrl } from '../connectors/callback-url.ts';
import { field } from '../http/form.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import { signInLifetime } from '../oidc/lifetimes.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { complete } from './complete.ts';
import { isOpen } from './landing.ts';
import type { LoginRoom } from './login-room.ts';
import { openSignIn, useConnector } from './sign-in.ts';

interface Landed {
  readonly login: Login;
  readonly arrival: Arrival;
}

export async function finish(room: LoginRoom, ctx: Context, uid: string): Promise<void> {
  const { logins } = currentUnit();
  const landed = await logins.findArrival(field(new URLSearchParams(ctx.querystring), 'arrival'));
  const pending = await sameBrowser(room, ctx, uid, landed);
  const { login, arrival } = requireOpen(landed, room.now());
  const open = useConnector(room, ctx, pending, login.connectorId);
  const mechanism = open.connector.login;
  if (mechanism.kind !== 'redirect')
    throw new BrokerError('bad_request', { reason: 'no redirect connector' });
  const returned = { arrival, memo: login.memo, callbackUrl: callbackUrl(room.issuer, login.connectorId) };
  // What fails up to here leaves the login open: a planted answer must not use it up.
  const identity = await callConnector(ctx, login.connectorId, (call) =>
    mechanism.finish(returned, call),
  ).catch(async (error: unknown) => {
    await room.failedAnswers.count(login.token);
    throw error;
  });
  logins.finish(login.token);
  const begunAt = new Date(login.expiresAt.getTime() - signInLifetime * 1000);
  await complete(room, ctx, { pending, open, identity, begunAt, remember: false });
}

/** @throws BrokerError `other_browser`, or `sign_in_expired` when there is nothing to protect */
async function sameBrowser(
  room: LoginRoom,
  ctx: Context,
  uid: string,
  landed: Landed | null,
): Promise<PendingSignIn> {
  const pending = await openSignIn(room, ctx, uid).catch((error: unknown) => {
    const noCookie = error instanceof BrokerError && error.code === 'sign_in_expired';
    if (noCookie && landed?.login.interaction === uid && isOpen(landed.login, room.now()))
      throw otherBrowser(landed);
    throw error;
  });
  if (landed !== null && landed.login.interaction !== pending.uid) throw otherBrowser(landed);
  return pending;
}

function otherBrowser({ login }: Landed): BrokerError {
  return new BrokerError('other_browser', { connectorId: login.connectorId });
}

function requireOpen(landed: Landed | null, now: Date): Landed {
  if (landed === null) throw new BrokerError('sign_in_expired', { reason: 'no such arrival' });
  if (!isOpen(landed.login, now)) {
    const reason =
      landed.login.finishedAt === undefined ? 'the login is too old' : 'the login was used already';
    throw new BrokerError('sign_in_expired', { reason, connectorId: landed.login.connectorId });
  }
  return landed;
}
