/** For the tests of documentation: the examples of a page, and the words in which it speaks of faults. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '../../../../docs/connectors');

export function read(name: string): string {
  return readFileSync(join(folder, `${name}.md`), 'utf8');
}

/** The `config:` of each example; what is Dex's says so in its first line. */
export function configsIn(page: string): readonly unknown[] {
  return [...page.matchAll(/```yaml.*?\n(.*?)```/gs)]
    .map((match) => match[1] ?? '')
    .filter((text) => !text.startsWith('# Dex\n'))
    .map((text) => parse(text))
    .map((block) => resolved(block.connectors?.[0].config ?? block.config));
}

/** As the broker hands it over: secrets and files are text. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('fromEnv' in value) return 'from the environment';
  if ('fromFile' in value) return '-----BEGIN CERTIFICATE-----\n';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

export function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '');
}

/** What stands in the first column, without what upstreams themselves say. */
export function faultsIn(page: string): readonly string[] {
  const [, part = ''] = /## What can go wrong\n(.*?)\n## /s.exec(page) ?? [];
  return [...part.matchAll(/^\| `([^|]+)` \|/gm)].map(([, text = '']) => text.replace(/ ?["(].*$/, ''));
}
