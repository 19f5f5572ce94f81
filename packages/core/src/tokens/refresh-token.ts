/**
 * The refresh token's form: `base64url(version ‖ offline session id ‖ generation ‖ HMAC-SHA-256)`.
 *
 * It is derived, so the token of a generation can be made again for whoever lost it, and nobody who lacks the
 * refresh key can make one. The database holds only a hash of the id: with the key alone there is no token either.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface RefreshToken {
  /** The offline session: 32 random bytes. */
  readonly id: Uint8Array;
  /** From 1. */
  readonly generation: number;
}

const version = 1;
const idLength = 32;
const macLength = 32;
const signedLength = 1 + idLength + 4;
const newestGeneration = 0xffff_ffff;
/** 69 bytes are 92 characters exactly: no padding, no slack bits, so one token has one spelling. */
const form = /^[A-Za-z0-9_-]{92}$/;

export function newOfflineSessionId(): Uint8Array {
  return randomBytes(idLength);
}

/** @param keys newest first; the newest makes the token */
export function issueRefreshToken(keys: readonly Uint8Array[], { id, generation }: RefreshToken): string {
  const [key] = keys;
  if (key === undefined) throw new RangeError('there is no refresh key');
  if (id.length !== idLength) throw new RangeError(`an offline session id has ${idLength} bytes`);
  if (!isGeneration(generation)) throw new RangeError('a generation is an integer from 1 to 2^32 - 1');
  const signed = Buffer.alloc(signedLength);
  signed.writeUInt8(version, 0);
  signed.set(id, 1);
  signed.writeUInt32BE(generation, 1 + idLength);
  return Buffer.concat([signed, mac(key, signed)]).toString('base64url');
}

/** Null for everything that was not made with one of these keys; what is wrong with it is nobody's business. */
export function readRefreshToken(keys: readonly Uint8Array[], token: string): RefreshToken | null {
  if (!form.test(token)) return null;
  const bytes = Buffer.from(token, 'base64url');
  const signed = bytes.subarray(0, signedLength);
  const given = bytes.subarray(signedLength, signedLength + macLength);
  if (!keys.some((key) => timingSafeEqual(mac(key, signed), given))) return null;
  const generation = signed.readUInt32BE(1 + idLength);
  if (signed[0] !== version || !isGeneration(generation)) return null;
  return { id: new Uint8Array(signed.subarray(1, 1 + idLength)), generation };
}

function isGeneration(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= newestGeneration;
}

function mac(key: Uint8Array, signed: Uint8Array): Buffer {
  return createHmac('sha256', key).update(signed).digest();
}
