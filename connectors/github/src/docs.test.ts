import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from './config.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/connectors/github.md'), 'utf8');
const sources = globSync('**/*.ts', { cwd: import.meta.dirname })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
  .join('\n');

/** As the broker hands it over: secrets and files are text. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('fromEnv' in value) return 'from the environment';
  if ('fromFile' in value) return '-----BEGIN CERTIFICATE-----\n';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

function optionsIn(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [path];
  if ('items' in schema) return [path, ...optionsIn(schema.items, path)];
  if (!('properties' in schema)) return [path];
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
    optionsIn(below, path === '' ? key : `${path}.${key}`),
  );
}

describe('the page about this connector', () => {
  test('has examples that are accepted', () => {
    const blocks = [...page.matchAll(/```yaml.*?\n(.*?)```/gs)].map((match) => parse(match[1] ?? ''));
    expect(blocks).toHaveLength(2);
    const faults = blocks.map((block) => configSchema.safeParse(resolved(block.connectors[0].config)).error);
    expect(faults).toEqual([undefined, undefined]);
  });

  test('describes every option', () => {
    const options = optionsIn(configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }));
    expect(options.length).toBeGreaterThan(12);
    expect(options.filter((option) => !page.includes(`\`${option}\``))).toEqual([]);
  });

  test('speaks of faults in the words in which they are told', () => {
    const [, part = ''] = /## What can go wrong\n(.*?)\n## /s.exec(page) ?? [];
    const words = [...part.matchAll(/^\| `([^`]+)`/gm)].flatMap(([, text = '']) => text.split(' … '));
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((text) => !sources.toLowerCase().includes(text.toLowerCase()))).toEqual([]);
  });
});
