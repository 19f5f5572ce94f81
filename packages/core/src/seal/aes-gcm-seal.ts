/**
 * The seal: AES-256-GCM with the operator's keys.
 *
 * Form: `version ‖ length of key id ‖ key id ‖ nonce (12) ‖ ciphertext ‖ tag (16)`. All before the nonce, and the
 * purpose, are authenticated: a sealed value opens only under its own key, in its own place.
 * Random nonces allow 2^32 values per key (NIST SP 800-38D, section 8.3).
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { Json } from '@gatehouse/connector-kit';
import type { Seal } from './seal.ts';

export interface SealKey {
  /** Stored beside every value it seals; 1 to 255 bytes. */
  readonly id: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** A sealed value cannot be opened. The message says what to do. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
  /** The key that is missing; absent when the value itself is at fault. */
  readonly missingKeyId: string | undefined;

  constructor(message: string, options: { missingKeyId?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.missingKeyId = options.missingKeyId;
  }
}

const version = 1;
const nonceLength = 12;
const tagLength = 16;
const algorithm = 'aes-256-gcm';

/**
 * The first key seals, all of them open.
 * @throws RangeError for no key, a key that has not 32 bytes, or an id that is empty, too long or used twice
 */
export function openSeal(keys: readonly SealKey[]): Seal {
  const ring = keyRing(keys);
  const [newest] = ring;
  if (newest === undefined) throw new RangeError('sealing needs at least one key');
  return {
    seal: (plaintext, purpose) => sealWith(newest[0], newest[1], plaintext, purpose),
    open: (sealed, purpose) => openWith(ring, Buffer.from(sealed), purpose),
  };
}

export function sealJson(seal: Seal, value: Json, purpose: string): Uint8Array {
  return seal.seal(Buffer.from(JSON.stringify(value), 'utf8'), purpose);
}

/** @throws SealBroken */
export function openJson(seal: Seal, sealed: Uint8Array, purpose: string): Json {
  return JSON.parse(Buffer.from(seal.open(sealed, purpose)).toString('utf8')) as Json;
}

function keyRing(keys: readonly SealKey[]): ReadonlyMap<string, KeyObject> {
  const ring = new Map<string, KeyObject>();
  for (const { id, key } of keys) {
    const length = Buffer.byteLength(id);
    if (length < 1 || length > 255) throw new RangeError('the id of a sealing key has 1 to 255 bytes');
    if (ring.has(id)) throw new RangeError(`two sealing keys have the id "${id}"`);
    if (key.length !== 32)
      throw new RangeError(`the sealing key "${id}" has ${key.length} bytes instead of 32`);
    ring.set(id, createSecretKey(key));
  }
  return ring;
}

function sealWith(keyId: string, key: KeyObject, plaintext: Uint8Array, purpose: string): Uint8Array {
  const id = Buffer.from(keyId, 'utf8');
  const header = Buffer.concat([Buffer.from([version, id.length]), id]);
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  cipher.setAAD(additionalData(header, purpose));
  return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function openWith(ring: ReadonlyMap<string, KeyObject>, sealed: Buffer, purpose: string): Uint8Array {
  const bodyStart = 2 + (sealed[1] ?? 0);
  if (sealed[0] !== version || sealed.length < bodyStart + nonceLength + tagLength) {
    throw new SealBroken('this is not a sealed value, or one of a newer version');
  }
  const key = keyFor(ring, sealed.toString('utf8', 2, bodyStart));
  const nonce = sealed.subarray(bodyStart, bodyStart + nonceLength);
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  decipher.setAAD(additionalData(sealed.subarray(0, bodyStart), purpose));
  decipher.setAuthTag(sealed.subarray(-tagLength));
  try {
    const body = sealed.subarray(bodyStart + nonceLength, -tagLength);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  } catch (cause) {
    throw new SealBroken(`a sealed value was changed, moved, or sealed with another key (${purpose})`, {
      cause,
    });
  }
}

function keyFor(ring: ReadonlyMap<string, KeyObject>, keyId: string): KeyObject {
  const key = ring.get(keyId);
  if (key !== undefined) return key;
  throw new SealBroken(
    `the sealing key "${keyId}" is missing: restore it (var/seal.key or seal.keys); it cannot be made again`,
    { missingKeyId: keyId },
  );
}

/** The header says how long it is, so no other header and purpose give the same bytes. */
function additionalData(header: Uint8Array, purpose: string): Uint8Array {
  return Buffer.concat([header, Buffer.from(purpose, 'utf8')]);
}
