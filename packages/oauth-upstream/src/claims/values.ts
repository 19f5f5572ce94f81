/** Claims as text, and as yes or no. What has another form is an error, not a missing claim. */
import { ConnectorError, type Json } from '@gatehouse/connector-kit';
import { type ClaimPath, type Claims, claimAt, pathText } from './path.ts';

/** An empty text is none. @throws ConnectorError `bad_response` */
export function textAt(claims: Claims, path: ClaimPath): string | undefined {
  const value = claimAt(claims, path);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw wrongForm(path, 'text', value);
  return value.trim() === '' ? undefined : value;
}

/** Services without OpenID Connect number their people. */
export function idAt(claims: Claims, path: ClaimPath): string | undefined {
  const value = claimAt(claims, path);
  if (typeof value !== 'number') return textAt(claims, path);
  // Attack: two people whose numbers are one and the same once they have been rounded.
  if (!Number.isSafeInteger(value)) throw wrongForm(path, 'a whole number that fits, or text', value);
  return String(value);
}

/** Some upstreams write "true". Whatever else it says, nobody has said yes. */
export function isTrueAt(claims: Claims, path: ClaimPath): boolean | undefined {
  const value = claimAt(claims, path);
  return value === undefined || value === null ? undefined : value === true || value === 'true';
}

export function wrongForm(path: ClaimPath, expected: string, value: Json): ConnectorError {
  const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  return new ConnectorError('bad_response', {
    reason: `the claim "${pathText(path)}" is ${found}, and not ${expected}`,
  });
}
