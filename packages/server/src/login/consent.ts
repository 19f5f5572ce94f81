/** The person is asked what a client may have. */
import type { Context } from 'koa';
import { field } from '../http/form.ts';
import { goTo, show } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { consentPage } from '../pages/consent.ts';
import type { LoginRoom } from './login-room.ts';
import { personOf } from './person.ts';
import { addressOf } from './sign-in.ts';

export async function askConsent(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  const page = consentPage(room.site, {
    clientName: pending.client.name,
    person: await personOf(pending),
    scopes: pending.scopes,
    action: addressOf(room, pending, 'consent'),
    csrf: room.formTokens.issue(pending.uid),
    returnsTo: URL.parse(pending.redirectUri)?.host ?? pending.redirectUri,
  });
  show(ctx, 200, page);
}

/** Only the word "allow" allows. */
export async function answerConsent(
  room: LoginRoom,
  ctx: Context,
  _pending: PendingSignIn,
  form: URLSearchParams,
): Promise<void> {
  if (field(form, 'decision') === 'allow') return goTo(ctx, await room.oidc.agreed(ctx));
  goTo(ctx, await room.oidc.refused(ctx, 'access_denied', 'the person did not agree'));
}
