/** What the person answers where they are asked whether a client may: on the pages of consent and of confirmation. */
import type { Context } from 'koa';
import { field } from '../http/form.ts';
import { goTo } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import type { LoginRoom } from './login-room.ts';

/** Only the word "allow" allows. */
export async function decide(
  room: LoginRoom,
  ctx: Context,
  _pending: PendingSignIn,
  form: URLSearchParams,
): Promise<void> {
  const allowed = field(form, 'decision') === 'allow';
  const { oidc } = room;
  goTo(
    ctx,
    await (allowed ? oidc.agreed(ctx) : oidc.refused(ctx, 'access_denied', 'the person did not agree')),
  );
}
