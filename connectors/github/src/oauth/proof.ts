/** What binds an answer to the login that asked for it: our token, and a verifier that only its memo holds. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export function newVerifier(): string {
  return randomBytes(32).toString('base64url');
}

/** S256 (RFC 7636, section 4.2). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** The time it takes tells nothing of the secrets, not even their length. */
export function same(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}
