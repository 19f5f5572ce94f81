/** Tells the browser that has begun a try from all others. */
import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { type TryRoom, tryPath } from './try-room.ts';

const cookieName = 'gatehouse_try';
/** Milliseconds. */
const lifetime = 15 * 60_000;

export function browserSecret(ctx: Context): string | undefined {
  const value = ctx.cookies.get(cookieName, { signed: false });
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** Lax: the upstream sends the browser back, and the page that it comes to is ours. */
export function ensureBrowserSecret(ctx: Context, { issuer }: TryRoom, id: string): string {
  const known = browserSecret(ctx);
  if (known !== undefined) return known;
  const secret = randomBytes(32).toString('base64url');
  ctx.cookies.set(cookieName, secret, {
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.secure,
    path: tryPath(issuer, id),
    maxAge: lifetime,
    overwrite: true,
  });
  return secret;
}
