/** The person is asked what a client may have. */
import type { Context } from 'koa';
import { show } from '../http/show.ts';
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
    returnsTo: returnsTo(pending.redirectUri),
  });
  show(ctx, 200, page);
}

/** The whole address where there is no host in it (`com.example.app:/callback`): the person must see who gets it. */
function returnsTo(redirectUri: string): string {
  return URL.parse(redirectUri)?.host || redirectUri;
}
