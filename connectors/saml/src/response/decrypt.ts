/**
 * Opens an encrypted assertion (XML Encryption 1.1), with Node's AES-GCM and RSA-OAEP.
 *
 * Not AES-CBC: it is not authenticated, and whoever may send answers reads an assertion by how we refuse them. Not RSA
 * with PKCS #1 v1.5, for the same reason. All that goes wrong with a key or a cipher is told with one sentence.
 */
import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { ns } from '../names.ts';
import { misfit, quote, refuse } from '../refusal.ts';
import { childOf, childrenOf, requiredAttribute, requiredChild } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

const ciphers: ReadonlyMap<
  string,
  { readonly name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'; readonly key: number }
> = new Map([
  [`${ns.encryption11}aes128-gcm`, { name: 'aes-128-gcm', key: 16 }],
  [`${ns.encryption11}aes192-gcm`, { name: 'aes-192-gcm', key: 24 }],
  [`${ns.encryption11}aes256-gcm`, { name: 'aes-256-gcm', key: 32 }],
]);

/** The text of the assertion. It is as strange as any until its signature has been checked. */
export function decrypt(encrypted: XmlElement, keys: readonly string[]): string {
  if (keys.length === 0) misfit('the assertion is encrypted, and no `decryption` key is configured');
  const holder = requiredChild(encrypted, ns.encryption, 'EncryptedData');
  const cipher = methodOf(holder);
  const known = ciphers.get(cipher);
  if (known === undefined) {
    misfit(`the assertion is encrypted with ${quote(cipher)}: let the identity provider use AES-GCM`);
  }
  const wrapped = wrappedKeys(encrypted, holder);
  for (const key of keys) {
    for (const each of wrapped) {
      const text = open(bytesOf(holder), known, unwrap(each, key));
      if (text !== null) return text;
    }
  }
  return refuse('the assertion cannot be decrypted with any of the configured keys');
}

/** Inside `KeyInfo`, or beside the data: both are in use (SAML 2.0 errata, E43). */
function wrappedKeys(encrypted: XmlElement, holder: XmlElement): readonly Wrapped[] {
  const info = childOf(holder, ns.signature, 'KeyInfo');
  const inside = info === undefined ? [] : childrenOf(info, ns.encryption, 'EncryptedKey');
  const found = [...inside, ...childrenOf(encrypted, ns.encryption, 'EncryptedKey')];
  // Attack: each costs a decryption with a private key.
  if (found.length === 0 || found.length > 4) refuse('the assertion has no, or too many, encrypted keys');
  return found.map((key) => ({ bytes: bytesOf(key), hash: oaepHash(key) }));
}

interface Wrapped {
  readonly bytes: Buffer;
  readonly hash: string;
}

const hashes: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
]);

/** OAEP rests on no property that SHA-1 has lost. Node uses one hash for the label and the mask. */
function oaepHash(key: XmlElement): string {
  const method = methodOf(key);
  const element = requiredChild(key, ns.encryption, 'EncryptionMethod');
  const digest = childOf(element, ns.signature, 'DigestMethod');
  const hash = hashes.get(
    digest === undefined ? ([...hashes.keys()][0] ?? '') : requiredAttribute(digest, 'Algorithm'),
  );
  const mask = childOf(element, ns.encryption11, 'MGF');
  const masked = mask === undefined ? 'sha1' : requiredAttribute(mask, 'Algorithm').replace(/^.*#mgf1/, '');
  const isOaep = method === `${ns.encryption}rsa-oaep-mgf1p` || method === `${ns.encryption11}rsa-oaep`;
  if (!isOaep) misfit(`the key is encrypted with ${quote(method)}: let the identity provider use RSA-OAEP`);
  if (hash === undefined || hash !== masked) {
    misfit('the key is encrypted with an RSA-OAEP whose two hashes differ, or are not known');
  }
  return hash;
}

function methodOf(element: XmlElement): string {
  return requiredAttribute(requiredChild(element, ns.encryption, 'EncryptionMethod'), 'Algorithm');
}

function bytesOf(element: XmlElement): Buffer {
  const container = requiredChild(element, ns.encryption, 'CipherData');
  const value = requiredChild(container, ns.encryption, 'CipherValue');
  return Buffer.from(value.textContent ?? '', 'base64');
}

function unwrap({ bytes, hash }: Wrapped, key: string): Buffer | null {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, bytes);
  } catch {
    return null;
  }
}

const ivLength = 12;
const tagLength = 16;

function open(
  bytes: Buffer,
  {
    name,
    key: keyLength,
  }: { readonly name: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'; readonly key: number },
  key: Buffer | null,
): string | null {
  // Attack: a shorter tag is guessed sooner.
  if (key?.length !== keyLength || bytes.length <= ivLength + tagLength) return null;
  try {
    const decipher = createDecipheriv(name, key, bytes.subarray(0, ivLength), { authTagLength: tagLength });
    decipher.setAuthTag(bytes.subarray(-tagLength));
    const clear = Buffer.concat([decipher.update(bytes.subarray(ivLength, -tagLength)), decipher.final()]);
    return new TextDecoder('utf-8', { fatal: true }).decode(clear);
  } catch {
    return null;
  }
}
