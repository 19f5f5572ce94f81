/** A new key for signing ID tokens. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import type { SigningAlgorithm, SigningKey } from '../ports/signing-keys.ts';

/** RSA with 2048 bits or P-256. The `kid` is the key's RFC 7638 thumbprint: one key never has two names. */
export async function generateSigningKey(
  algorithm: SigningAlgorithm,
  now: Date,
  signsFrom: Date,
): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    kid,
    algorithm,
    privateJwk: { ...stringMembers(jwk), kid, alg: algorithm, use: 'sig' },
    createdAt: now,
    signsFrom,
  };
}

function stringMembers(jwk: JWK): Record<string, string> {
  return Object.fromEntries(
    Object.entries(jwk).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
