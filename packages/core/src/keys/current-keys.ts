/** Which key signs now and which are published: a function of the stored keys and the time, alike on every replica. */
import type { SigningAlgorithm, SigningKey } from '../ports/signing-keys.ts';

export interface CurrentKeys {
  readonly signing: Readonly<Record<SigningAlgorithm, SigningKey>>;
  /** What `/keys` shows: those that sign, then the newest first. */
  readonly published: readonly SigningKey[];
}

/** @throws Error when an algorithm has no key that may sign: `ensureSigningKeys` has not run */
export function currentKeys(keys: readonly SigningKey[], now: Date): CurrentKeys {
  const published = keys.filter((key) => isPublished(key, now)).toSorted(newestFirst);
  const signing = { RS256: signerOf('RS256', published, now), ES256: signerOf('ES256', published, now) };
  const signers = new Set([signing.RS256, signing.ES256]);
  return { signing, published: [...signers, ...published.filter((key) => !signers.has(key))] };
}

export function isPublished({ removeAt }: SigningKey, now: Date): boolean {
  return removeAt === undefined || removeAt > now;
}

export function isRetired({ retiredAt }: SigningKey, now: Date): boolean {
  return retiredAt !== undefined && retiredAt <= now;
}

function signerOf(algorithm: SigningAlgorithm, published: readonly SigningKey[], now: Date): SigningKey {
  const usable = published.filter((key) => key.algorithm === algorithm && !isRetired(key, now));
  // A clock that is behind sees only a key that signs later; it is published, which is better than no token.
  const signer = usable.find((key) => key.signsFrom <= now) ?? usable.at(-1);
  if (signer === undefined) throw new Error(`there is no ${algorithm} key that may sign`);
  return signer;
}

function newestFirst(a: SigningKey, b: SigningKey): number {
  return b.signsFrom.getTime() - a.signsFrom.getTime() || (a.kid < b.kid ? -1 : 1);
}
