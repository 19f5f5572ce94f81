/**
 * Tells the browser that has begun a try from all others.
 *
 * Attack: somebody begins a try in their own browser, plants its cookie in another person's, which a sister domain can
 * do, and sends that person to the upstream: the answer would be taken from them, and nobody would have asked.
 */
import { randomBytes } from 'node:crypto';
import type { Context } from 'koa';
import { hostCookie } from '../http/host-cookie.ts';
import type { Issuer } from '../http/issuer.ts';

type Room = { readonly issuer: Issuer };

/** Milliseconds. */
const lifetime = 15 * 60_000;

export function browserSecret({ cookies }: Context, { issuer }: Room): string | undefined {
  const value = cookies.get(hostCookie('gatehouse_try', issuer).name, { signed: false });
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** One serves all tries of a browser. Lax: the upstream sends it back, and the page that it comes to is ours. */
export function ensureBrowserSecret(ctx: Context, room: Room): string {
  const secret = browserSecret(ctx, room) ?? randomBytes(32).toString('base64url');
  const { name, path } = hostCookie('gatehouse_try', room.issuer);
  ctx.cookies.set(name, secret, {
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure: room.issuer.secure,
    path,
    maxAge: lifetime,
    overwrite: true,
  });
  return secret;
}
