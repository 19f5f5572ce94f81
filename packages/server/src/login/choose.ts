/** Which way to sign in: none is an error, one goes on without a page, several are a page unless the client hints at one. */
import { BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { askConfirm } from './confirm.ts';
import { askConsent } from './consent.ts';
import { hintedConnector } from './hinted-connector.ts';
import type { LoginRoom } from './login-room.ts';
import { showChoice } from './show-choice.ts';
import { usableConnectors, useConnector } from './sign-in.ts';
import { start } from './start.ts';
import { beginPassword } from './ticket.ts';

/** `/login/:uid`: what the sign-in waits for. */
export async function ask(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  if (pending.step === 'consent') return askConsent(room, ctx, pending);
  if (pending.step === 'confirm') return askConfirm(room, ctx, pending);
  const hinted = hintedConnector(usableConnectors(room, pending), pending.wish.loginHint);
  if (hinted !== undefined) return beginWith(room, ctx, pending, hinted.entry.id);
  await choose(room, ctx, pending);
}

/** `/login/:uid/with`: all ways, whatever the hint. "Sign in another way" leads here, or it would lead back at once. */
export async function choose(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  const usable = usableConnectors(room, pending);
  const [first] = usable;
  if (first === undefined) {
    throw new BrokerError('no_connector', {
      reason: `client ${pending.client.id} may use none of the connectors`,
    });
  }
  if (usable.length === 1) return beginWith(room, ctx, pending, first.entry.id);
  showChoice(room, ctx, pending, { usable });
}

/** `/login/:uid/with/:connector` */
export async function begin(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  await beginWith(room, ctx, pending, String(ctx.params.connector));
}

/** @throws BrokerError `no_connector` */
export async function beginWith(
  room: LoginRoom,
  ctx: Context,
  pending: PendingSignIn,
  id: string,
): Promise<void> {
  const open = useConnector(room, ctx, pending, id);
  const { login } = open.connector;
  if (login.kind === 'password') beginPassword(room, ctx, { pending, open, login });
  else await start(room, ctx, { pending, open, login });
}
