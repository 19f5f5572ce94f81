/** Opens a login and sends the browser to the upstream. */
import { randomBytes } from 'node:crypto';
import type { Json, RedirectLogin } from '@gatehouse/connector-kit';
import type { Context } from 'koa';
import { callConnector } from '../connectors/call-connector.ts';
import { callbackUrl } from '../connectors/callback-url.ts';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { depart } from '../http/depart.ts';
import { factsOf } from '../http/facts.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import { signInLifetime } from '../oidc/lifetimes.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import type { LoginRoom } from './login-room.ts';

export interface RedirectStart {
  readonly pending: PendingSignIn;
  readonly open: OpenConnector;
  readonly login: RedirectLogin<Json>;
}

export async function start(
  room: LoginRoom,
  ctx: Context,
  { pending, open, login }: RedirectStart,
): Promise<void> {
  room.begun.count('login', factsOf(ctx).address);
  const token = randomBytes(32).toString('base64url');
  const { id } = open.entry;
  const wish = { token, callbackUrl: callbackUrl(room.issuer, id), wish: pending.wish };
  const { departure, memo } = await callConnector(ctx, id, (call) => login.begin(wish, call));
  currentUnit().logins.open({
    token,
    interaction: pending.uid,
    connectorId: id,
    memo,
    expiresAt: new Date(room.now().getTime() + signInLifetime * 1000),
  });
  depart(ctx, room.site, { connectorId: id, connectorName: open.entry.name, departure });
}
