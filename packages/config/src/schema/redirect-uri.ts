/** What may be registered as a redirect URI (RFC 6749 3.1.2, RFC 8252 7, RFC 9700 2.1 and 4.1). */
import { isLoopback } from './issuer.ts';
import { text } from './primitives.ts';

export function redirectUri() {
  return text({ max: 2048 })
    .superRefine((value, context) => {
      const fault = redirectUriFault(value);
      if (fault) context.addIssue({ code: 'custom', message: fault });
    })
    .meta({ kind: 'URL' });
}

/** `com.example.app:/callback`: a reversed domain name, so that it belongs to somebody (RFC 8252 7.1). */
export function isPrivateUse(uri: string): boolean {
  return /^[a-z][a-z0-9+-]*\.[a-z0-9.+-]+:/i.test(uri);
}

function redirectUriFault(value: string): string | null {
  if (value.includes('*')) return 'must be exact: a wildcard would let others receive the codes';
  if (!URL.canParse(value)) return 'must be an absolute URL';
  const url = new URL(value);
  if (value.includes('#')) return 'must not have a fragment (RFC 6749 3.1.2)';
  if (url.username || url.password) return 'must not contain a user name or password';
  if (url.protocol === 'https:' || isPrivateUse(value)) return null;
  if (url.protocol !== 'http:')
    return 'must be https, http on a loopback address, or a scheme such as com.example.app:';
  return isLoopback(url) ? null : 'must be https: over http anybody on the way can take the code';
}
