/** Name and path of a cookie that nobody else can plant, where the issuer has TLS. */
import type { Issuer } from './issuer.ts';

/**
 * A browser takes a `__Host-` cookie only from this very host over TLS and for `/` (RFC 6265bis, section 4.1.3.2).
 * Issuers below different paths of one host would meet there, so the path is in the name.
 */
export function hostCookie(
  name: string,
  { secure, base }: Pick<Issuer, 'secure' | 'base'>,
): { readonly name: string; readonly path: string } {
  if (secure) return { name: `__Host-${name}${base.replaceAll(/[^\w-]/g, '_')}`, path: '/' };
  return { name, path: base === '' ? '/' : base };
}
