/** `issuer`: the name that is in every token, compared letter by letter by everybody who checks one. */
import { z } from 'zod';
import { text } from './primitives.ts';

export const issuer = text({ max: 1024 })
  .superRefine((value, context) => {
    const fault = issuerFault(value);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .meta({ kind: 'URL' })
  .describe(
    'The address of the broker, exactly as clients and API servers write it. It may have a path, and never changes: it is in every token.',
  );

export const insecureHttpIssuer = z
  .boolean({ error: 'must be true or false' })
  .prefault(false)
  .describe(
    'Allows an http issuer that is not on a loopback address. Passwords, codes and tokens then travel in the clear, and Kubernetes does not accept the issuer.',
  );

/** The loopback addresses of RFC 8252 7.3, and the names that RFC 6761 6.3 keeps for them. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname) || /^(.+\.)?localhost$/.test(hostname);
}

/** OpenID Connect Discovery 1.0, 3: no query and no fragment. */
function issuerFault(value: string): string | null {
  if (!URL.canParse(value)) return 'must be an absolute URL such as https://login.example.com';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https://';
  if (url.username || url.password) return 'must not contain a user name or password';
  if (/[?#]/.test(value)) return 'must not have a query or a fragment';
  if (value.endsWith('/')) {
    return 'must not end with a slash: it is compared letter by letter, and half of all clients cut it off';
  }
  const normal = url.pathname === '/' ? url.origin : `${url.origin}${url.pathname}`;
  return normal === value ? null : `is compared letter by letter: write it as ${normal}`;
}
