/**
 * Remembers, in the browser alone, that somebody has signed out.
 *
 * A computer with a Kerberos ticket would sign them in again before they had seen a page: signing out would have no
 * effect, and nobody could come back as somebody else. So the next sign-in shows the form. Who plants this cookie in
 * another browser gains that the form is shown there, so it is not signed.
 */
import type { Context } from 'koa';
import type { Issuer } from './issuer.ts';

type Place = Pick<Issuer, 'secure' | 'base'>;

export function markSignOut(ctx: Pick<Context, 'cookies'>, place: Place): void {
  ctx.cookies.set(nameOf(place), '1', optionsOf(place));
}

export function hasSignedOut(ctx: Pick<Context, 'cookies'>, place: Place): boolean {
  return ctx.cookies.get(nameOf(place), { signed: false }) !== undefined;
}

/** Somebody has signed in since. */
export function forgetSignOut(ctx: Pick<Context, 'cookies'>, place: Place): void {
  if (hasSignedOut(ctx, place)) ctx.cookies.set(nameOf(place), null, optionsOf(place));
}

function nameOf({ secure }: Place): string {
  return `${secure ? '__Secure-' : ''}gatehouse_signed_out`;
}

/** Until the browser is closed. */
function optionsOf({ secure, base }: Place) {
  return {
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    overwrite: true,
    path: `${base}/login`,
  } as const;
}
