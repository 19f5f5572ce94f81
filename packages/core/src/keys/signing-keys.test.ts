import { calculateJwkThumbprint, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { SigningKey } from '../ports/signing-keys.ts';
import { MemorySigningKeys } from '../testing/memory-ports.ts';
import { currentKeys } from './current-keys.ts';
import { generateSigningKey } from './generate-signing-key.ts';
import { ensureSigningKeys, replaceSigningKeys } from './replace-signing-keys.ts';

const start = new Date('2026-11-21T08:00:00Z');
const publishFor = 120;
const tokenLifetime = 600;

describe('a new key', () => {
  test.each(['RS256', 'ES256'] as const)('for %s signs what its public half verifies', async (algorithm) => {
    const key = await generateSigningKey(algorithm, start, at(5));
    expect(key).toMatchObject({ algorithm, createdAt: start, signsFrom: at(5) });
    expect(key.kid).toBe(await calculateJwkThumbprint(key.privateJwk as unknown as JWK));
    const token = await new SignJWT({ sub: 'x' })
      .setProtectedHeader({ alg: algorithm })
      .sign(await importJWK(key.privateJwk as unknown as JWK, algorithm));
    expect((await jwtVerify(token, await importJWK(publicHalf(key), algorithm))).payload.sub).toBe('x');
  });

  test('is strong, and the form is what a library expects', async () => {
    const rsa = await generateSigningKey('RS256', start, start);
    expect(Buffer.from(rsa.privateJwk.n ?? '', 'base64url')).toHaveLength(256);
    expect(rsa.privateJwk).toMatchObject({ kty: 'RSA', use: 'sig', alg: 'RS256', kid: rsa.kid });
    const ec = await generateSigningKey('ES256', start, start);
    expect(ec.privateJwk).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid: ec.kid });
  });
});

describe('the first keys', () => {
  test('are made once, for both algorithms, and sign at once', async () => {
    const port = new MemorySigningKeys();
    const all = await Promise.all(Array.from({ length: 10 }, () => ensureSigningKeys(port, { now: start })));
    expect(new Set(all.map(kids)).size).toBe(1);
    const { signing, published } = currentKeys(await port.list(), start);
    expect(published).toHaveLength(2);
    expect([signing.RS256.algorithm, signing.ES256.algorithm]).toEqual(['RS256', 'ES256']);
  });

  test('are not made again later, and one that is missing is made', async () => {
    const port = new MemorySigningKeys();
    const [rsa] = await ensureSigningKeys(port, { now: start, algorithms: ['RS256'] });
    const keys = await ensureSigningKeys(port, { now: at(1_000_000) });
    expect(keys.map((key) => key.algorithm)).toEqual(['RS256', 'ES256']);
    expect(keys[0]).toBe(rsa);
  });

  test('are wanted before anything is signed', () => {
    expect(() => currentKeys([], start)).toThrow('no RS256 key');
  });
});

describe('replaced keys', () => {
  test('are published, then sign, then retire, then go', async () => {
    const port = await startedPort();
    const old = currentKeys(await port.list(), start).signing;
    const keys = await replaceSigningKeys(port, { now: start, publishFor, tokenLifetime });

    const published = currentKeys(keys, at(publishFor - 1));
    expect(published.signing).toEqual(currentKeys(keys, start).signing);
    expect(published.signing.RS256.kid).toBe(old.RS256.kid);
    expect(published.published).toHaveLength(4);
    expect(kids(published.published.slice(0, 2))).toBe(kids([old.RS256, old.ES256]));

    const changed = currentKeys(keys, at(publishFor));
    expect(changed.signing.RS256.kid).not.toBe(old.RS256.kid);
    expect(changed.signing.ES256.kid).not.toBe(old.ES256.kid);
    expect(changed.published).toHaveLength(4);

    // The last token of the old key was signed just before, maybe by a replica whose clock is behind.
    expect(currentKeys(keys, at(publishFor + tokenLifetime)).published).toHaveLength(4);
    expect(currentKeys(keys, at(publishFor + tokenLifetime + 3600)).published).toHaveLength(2);
  });

  test('leave the store with the next change', async () => {
    const port = await startedPort();
    await replaceSigningKeys(port, { now: start, publishFor, tokenLifetime });
    expect(await ensureSigningKeys(port, { now: at(publishFor + tokenLifetime + 3600) })).toHaveLength(2);
  });

  test('are refused when verifiers could not know them before they sign', async () => {
    const port = await startedPort();
    expect(() => replaceSigningKeys(port, { now: start, publishFor: 119, tokenLifetime })).toThrow(
      RangeError,
    );
  });

  test('at once sign at once, and what was signed before is still verified', async () => {
    const port = await startedPort();
    const old = currentKeys(await port.list(), start).signing.RS256;
    const replacement = { now: start, publishFor, tokenLifetime, immediately: true };
    const { signing, published } = currentKeys(await replaceSigningKeys(port, replacement), start);
    expect(signing.RS256.kid).not.toBe(old.kid);
    expect(kids(published)).toContain(old.kid);
  });

  test('twice in a row: at every moment one key signs that was published long enough', async () => {
    const port = await startedPort();
    await replaceSigningKeys(port, { now: start, publishFor, tokenLifetime });
    const keys = await replaceSigningKeys(port, { now: at(60), publishFor, tokenLifetime });
    for (let second = 0; second < 3 * publishFor; second += 10) {
      const { signing, published } = currentKeys(keys, at(second));
      for (const key of [signing.RS256, signing.ES256]) {
        expect(published).toContain(key);
        expect(key.createdAt === start || at(second) >= key.signsFrom).toBe(true);
      }
    }
    expect(currentKeys(keys, at(60 + publishFor)).signing.RS256.createdAt).toEqual(at(60));
  });

  // The attack: a key is stolen; the one that was to follow it was beside it.
  test('at once put aside a key that has not signed yet', async () => {
    const port = await startedPort();
    const planned = await replaceSigningKeys(port, { now: start, publishFor, tokenLifetime });
    const replacement = { now: at(10), publishFor, tokenLifetime, immediately: true };
    const keys = await replaceSigningKeys(port, replacement);
    const waiting = planned.filter((key) => key.signsFrom > start).map((key) => key.kid);
    expect(keys.filter((key) => waiting.includes(key.kid))).toEqual([]);
    expect(keys.filter((key) => key.retiredAt === undefined)).toHaveLength(2);
    expect(currentKeys(keys, at(10)).signing.RS256.createdAt).toEqual(at(10));
  });

  test('a replica whose clock is behind signs with a key that is published', async () => {
    const port = new MemorySigningKeys();
    await ensureSigningKeys(port, { now: at(30) });
    const { signing, published } = currentKeys(await port.list(), start);
    expect(published).toContain(signing.RS256);
  });
});

async function startedPort(): Promise<MemorySigningKeys> {
  const port = new MemorySigningKeys();
  await ensureSigningKeys(port, { now: start });
  return port;
}

function at(seconds: number): Date {
  return new Date(start.getTime() + seconds * 1000);
}

function kids(keys: readonly SigningKey[]): string {
  return keys.map((key) => key.kid).join();
}

function publicHalf({ privateJwk }: SigningKey): JWK {
  const secret = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);
  return Object.fromEntries(Object.entries(privateJwk).filter(([name]) => !secret.has(name)));
}
