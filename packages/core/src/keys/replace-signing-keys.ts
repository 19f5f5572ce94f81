/** How signing keys come and go: published before they sign, and until the last token they signed has expired. */
import type { SigningAlgorithm, SigningKey, SigningKeys } from '../ports/signing-keys.ts';
import { isPublished, isRetired } from './current-keys.ts';
import { generateSigningKey } from './generate-signing-key.ts';

/** RS256 for everybody, ES256 for clients that ask for it. */
const always: readonly SigningAlgorithm[] = ['RS256', 'ES256'];

/** Seconds a verifier may keep `/keys`; what the server says in `Cache-Control`. */
export const keysMaxAge = 60;

/** Seconds a replica may go on signing with the old key: its clock is behind, or it has not read the keys again. */
const stragglers = 300;

/** The first keys sign at once: there is nobody yet who could know others. */
export function ensureSigningKeys(
  port: SigningKeys,
  { now, algorithms = always }: { now: Date; algorithms?: readonly SigningAlgorithm[] },
): Promise<readonly SigningKey[]> {
  return port.update(async (keys) => {
    const kept = keys.filter((key) => isPublished(key, now));
    const has = new Set(kept.filter((key) => !isRetired(key, now)).map((key) => key.algorithm));
    const missing = algorithms.filter((algorithm) => !has.has(algorithm));
    return [
      ...kept,
      ...(await Promise.all(missing.map((algorithm) => generateSigningKey(algorithm, now, now)))),
    ];
  });
}

export interface Replacement {
  readonly now: Date;
  /** Seconds from being published to signing: at least twice `keysMaxAge`. */
  readonly publishFor: number;
  /** Seconds; the longest life of a token that the old keys sign. */
  readonly tokenLifetime: number;
  /** Sign at once. A verifier that has just fetched `/keys` refuses new tokens until it fetches again. */
  readonly immediately?: boolean;
}

/** Every algorithm in use gets a new key. @throws RangeError when the keys would sign before verifiers know them */
export function replaceSigningKeys(
  port: SigningKeys,
  replacement: Replacement,
): Promise<readonly SigningKey[]> {
  const { now, publishFor, tokenLifetime, immediately = false } = replacement;
  if (!immediately && publishFor < 2 * keysMaxAge) {
    throw new RangeError(`a new key is published for at least ${2 * keysMaxAge} seconds before it signs`);
  }
  const signsFrom = immediately ? now : after(now, publishFor);
  return port.update(async (keys) => {
    const kept = keys
      .filter((key) => isPublished(key, now) && (key.signsFrom <= now || key.signsFrom < signsFrom))
      .map((key) => retire(key, signsFrom, tokenLifetime));
    const algorithms = new Set([...always, ...keys.map((key) => key.algorithm)]);
    const fresh = await Promise.all(
      [...algorithms].map((algorithm) => generateSigningKey(algorithm, now, signsFrom)),
    );
    return [...kept, ...fresh];
  });
}

/** A key that had its successor already may be retired earlier, never later. */
function retire(key: SigningKey, signsFrom: Date, tokenLifetime: number): SigningKey {
  if (key.retiredAt !== undefined && key.retiredAt <= signsFrom) return key;
  return { ...key, retiredAt: signsFrom, removeAt: after(signsFrom, tokenLifetime + stragglers) };
}

function after(time: Date, seconds: number): Date {
  return new Date(time.getTime() + seconds * 1000);
}
