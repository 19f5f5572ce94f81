/**
 * Remembers, in the browser alone, which way somebody signed in by, so that it comes first on the page of choices.
 *
 * The id of the connector and nothing of the person; only where there was a choice; and gone when they sign out, so
 * that the next one at a shared computer does not see it. It decides an order and nothing else, and an id that the
 * page does not have is no id: so it is not signed, and a planted one (which the prefix keeps out) gains nothing more.
 */
import type { Context } from 'koa';
import { hostCookie } from './host-cookie.ts';
import type { Issuer } from './issuer.ts';

type Place = Pick<Issuer, 'secure' | 'base'>;
type Jar = Pick<Context, 'cookies'>;

/** Milliseconds. Half a year after the last sign-in it is forgotten. */
const lifetime = 180 * 24 * 60 * 60 * 1000;

export function rememberLastUsed({ cookies }: Jar, place: Place, connectorId: string): void {
  cookies.set(nameOf(place), connectorId, { ...optionsOf(place), maxAge: lifetime });
}

export function lastUsed({ cookies }: Jar, place: Place): string | undefined {
  return cookies.get(nameOf(place), { signed: false });
}

export function forgetLastUsed(jar: Jar, place: Place): void {
  if (lastUsed(jar, place) !== undefined) jar.cookies.set(nameOf(place), null, optionsOf(place));
}

function nameOf(place: Place): string {
  return hostCookie('gatehouse_last_used', place).name;
}

function optionsOf(place: Place) {
  const { path } = hostCookie('gatehouse_last_used', place);
  return {
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure: place.secure,
    overwrite: true,
    path,
  } as const;
}
