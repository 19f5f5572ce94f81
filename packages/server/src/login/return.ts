/** The person gives up, and the application is told so: no page of ours is the end of the road. */
import type { Context } from 'koa';
import { goTo } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import type { LoginRoom } from './login-room.ts';

export async function returnToClient(room: LoginRoom, ctx: Context, _pending: PendingSignIn): Promise<void> {
  goTo(ctx, await room.oidc.refused(ctx, 'access_denied', 'the person did not sign in'));
}
