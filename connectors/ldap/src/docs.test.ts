import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { presetNames } from './config/presets.ts';
import { configSchema } from './config.ts';

const folder = join(import.meta.dirname, '../../../docs/connectors');
const read = (name: string) => readFileSync(join(folder, `${name}.md`), 'utf8');
const reference = read('ldap');
const sources = globSync('**/*.ts', { cwd: import.meta.dirname })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
  .join('\n');

/** What is Dex's says so in its first line. */
function blocksOf(page: string): readonly string[] {
  return [...page.matchAll(/```yaml.*?\n(.*?)```/gs)]
    .map((match) => match[1] ?? '')
    .filter((text) => !text.startsWith('# Dex\n'));
}

/** As the broker hands it over: secrets and files are text. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('fromEnv' in value) return 'from the environment';
  if ('fromFile' in value) return '-----BEGIN CERTIFICATE-----\n';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

/** A whole entry, the `config:` of one, or some options. */
function configOf(text: string): unknown {
  const block = parse(text);
  const { userSearch, ...options } = block.config ?? block;
  const least = { host: 'ldap.example.com', ...options };
  const people = { baseDn: 'dc=example', username: 'uid', ...userSearch };
  return resolved(block.connectors?.[0].config ?? { ...least, userSearch: people });
}

function problemsOf(text: string): readonly string[] {
  const { error } = configSchema.safeParse(configOf(text));
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message} in:\n${text}`);
}

function optionsIn(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [path];
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
    optionsIn(below, path === '' ? key : `${path}.${key}`),
  );
}

describe('the page about this connector', () => {
  test('has examples that are accepted', () => {
    const blocks = blocksOf(reference);
    expect(blocks.length).toBeGreaterThanOrEqual(3);
    expect(blocks.flatMap(problemsOf)).toEqual([]);
  });

  test('describes every option', () => {
    const options = optionsIn(configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }));
    expect(options.length).toBeGreaterThan(30);
    expect(options.filter((option) => !reference.includes(`\`${option}\``))).toEqual([]);
  });
});

describe.each(presetNames)('the page about %s', (name) => {
  const page = read(name);

  test('starts from a working configuration of ten lines', () => {
    const [first = ''] = blocksOf(page);
    expect(first.trim().split('\n').length).toBeLessThanOrEqual(12);
    expect(configOf(first)).toMatchObject({ preset: name, bindPassword: 'from the environment' });
  });

  test('has examples that are accepted', () => {
    expect(blocksOf(page).flatMap(problemsOf)).toEqual([]);
  });

  test('comes in the same order as the others', () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'In the directory',
      'Names',
      'Groups',
      'What can go wrong',
      'From Dex',
    ]);
  });

  test('speaks of faults in the words in which they are told', () => {
    const [, part = ''] = /## What can go wrong\n(.*?)\n## /s.exec(page) ?? [];
    const words = [...part.matchAll(/^\| `([^`]+)` \|/gm)].map(([, text]) => text ?? '');
    expect(words.length).toBeGreaterThan(2);
    expect(words.filter((text) => !sources.includes(text))).toEqual([]);
  });
});
