/** The operator's sealing keys: 32 bytes each, as base64 or hex. */
import type { SealKey } from '@gatehouse/core';
import type { Legible } from './schema/legible.ts';
import { quote } from './source/problem.ts';
import type { Report } from './source/report.ts';

const size = 32;

export function readSealKeys({ seal }: Legible, report: Report): readonly SealKey[] {
  const seen = new Set<string>();
  return (seal.keys ?? []).flatMap(({ id, key }, index) => {
    const path = ['seal', 'keys', index];
    if (seen.has(id)) report.problem([...path, 'id'], `${quote(id)} is the id of another key already`);
    seen.add(id);
    if (!key.known) return [];
    const bytes = decode(key.reveal());
    if (bytes?.length === size) return [{ id, key: bytes }];
    const found = bytes ? `${bytes.length} bytes` : 'neither base64 nor hex';
    report.problem(
      [...path, 'key'],
      `must be ${size} random bytes as base64 or hex, and is ${found}: \`openssl rand -base64 ${size}\` makes one`,
    );
    return [];
  });
}

function decode(text: string): Uint8Array | null {
  if (/^(?:[0-9a-f]{2})+$/i.test(text) && text.length === size * 2) return Buffer.from(text, 'hex');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return null;
  return Buffer.from(text, 'base64url');
}
