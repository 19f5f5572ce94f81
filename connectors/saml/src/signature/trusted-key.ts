/** Which certificates may be trusted to sign: those whose key can make the signatures that are accepted, and no other hand can. */
import { X509Certificate } from 'node:crypto';

/** Attack: a shorter key is factored, and then anybody signs as the provider (NIST SP 800-131A has none below). */
export const fewestBits = 2048;

/** @param certificate PEM */
export function isTrustedKey(certificate: string): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(certificate).publicKey;
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= fewestBits;
}
