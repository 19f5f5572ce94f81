/**
 * Where a browser goes when the upstream has signed the person out, too.
 *
 * It is in a signed cookie of the browser that is on its way, and nowhere else: the session has ended, and a row for
 * somebody who is not signed in any more would be a row that anybody can have made. Attack: a browser is sent to our
 * return address to be sent on from there. Without the cookie of this very sign-out it sees our own page.
 */
import type { Context } from 'koa';
import { hostCookie } from '../http/host-cookie.ts';
import type { Issuer } from '../http/issuer.ts';

type Jar = Pick<Context, 'cookies'>;

/** Milliseconds for the way to the upstream and back. */
const lifetime = 600_000;
/** Characters. A browser keeps 4,096 bytes a cookie, and this becomes a third longer. */
const longest = 2_400;

/** @returns whether there was room for it */
export function rememberOnward({ cookies }: Jar, issuer: Issuer, token: string, address: string): boolean {
  if (address.length > longest) return false;
  const value = `${token}.${Buffer.from(address).toString('base64url')}`;
  cookies.set(hostCookie(cookieName, issuer).name, value, { ...optionsOf(issuer), maxAge: lifetime });
  return true;
}

/** Once. Undefined for another sign-out than the one that this browser has begun. */
export function takeOnward({ cookies }: Jar, issuer: Issuer, token: string): string | undefined {
  const { name } = hostCookie(cookieName, issuer);
  const [begun, address] = cookies.get(name, { signed: true })?.split('.') ?? [];
  if (address === undefined || begun !== token) return undefined;
  cookies.set(name, null, optionsOf(issuer));
  return Buffer.from(address, 'base64url').toString('utf8');
}

const cookieName = 'gatehouse_onward';

/** Lax: the browser comes back from an upstream on another site. */
function optionsOf(issuer: Issuer) {
  const { path } = hostCookie(cookieName, issuer);
  return {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure: issuer.secure,
    overwrite: true,
    path,
  } as const;
}
