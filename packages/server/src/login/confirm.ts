/**
 * One click before a native client gets a token from the session alone.
 *
 * Attack: any program on this computer can open the browser at `/auth` with the id of a public client and a loopback
 * address of its own. Without the click it would hold the person's token before anybody noticed.
 */
import type { Context } from 'koa';
import { show } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { confirmPage } from '../pages/confirm.ts';
import type { LoginRoom } from './login-room.ts';
import { personOf } from './person.ts';
import { addressOf } from './sign-in.ts';

export async function askConfirm(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  const page = confirmPage(room.site, {
    clientName: pending.client.name,
    person: await personOf(pending),
    action: addressOf(room, pending, 'confirm'),
    csrf: room.formTokens.issue(pending.uid),
  });
  show(ctx, 200, page);
}
