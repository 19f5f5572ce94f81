/**
 * What reads and verifies a stranger's words is past every advisory that is known to concern it, in every copy that the
 * lockfile has. `npm audit` knows newer ones; this holds where it cannot be asked.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

/** Package, the first version that has the mend, and of what. */
const mended: readonly [name: string, version: string, advisories: string][] = [
  ['xml-crypto', '6.0.1', 'CVE-2025-29774 (several SignedInfo), CVE-2025-29775 (a comment in DigestValue)'],
  ['@node-saml/node-saml', '5.1.0', 'CVE-2025-54369, CVE-2025-54419 (read from what is not signed)'],
  ['@xmldom/xmldom', '0.8.15', 'CVE-2026-34601, 41672 to 41675, 83605, 83606 (injection, depth)'],
];

interface Lockfile {
  readonly packages: Readonly<Record<string, unknown>>;
}

const lockfile = parse(readFileSync(join(import.meta.dirname, '../../pnpm-lock.yaml'), 'utf8')) as Lockfile;

function versionsOf(name: string): readonly string[] {
  return Object.keys(lockfile.packages)
    .filter((each) => each.startsWith(`${name}@`))
    .map((each) => each.slice(name.length + 1));
}

function isAtLeast(version: string, least: string): boolean {
  return version.localeCompare(least, 'en', { numeric: true }) >= 0;
}

test.each(mended)('%s is at %s or later: %s', (name, least) => {
  const found = versionsOf(name);
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((version) => !isAtLeast(version, least))).toEqual([]);
});

test('versions are compared as numbers', () => {
  expect(isAtLeast('6.10.0', '6.9.2')).toBe(true);
  expect(isAtLeast('0.8.9', '0.8.15')).toBe(false);
});
