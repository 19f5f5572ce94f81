import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configSchema } from './config.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/connectors/saml.md'), 'utf8');
const sources = globSync('**/*.ts', { cwd: import.meta.dirname })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
  .join('\n');

/** The names of options, also inside the variants of one. */
function optionsIn(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [path];
  if ('anyOf' in schema && Array.isArray(schema.anyOf)) return optionsIn(schema.anyOf[0], path);
  if (!('properties' in schema)) return [path];
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
    optionsIn(below, path === '' ? key : `${path}.${key}`),
  );
}

describe('the page about this connector', () => {
  test('describes every option', () => {
    const options = optionsIn(configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }));
    expect(options.length).toBeGreaterThan(25);
    expect(options.filter((option) => !page.includes(`\`${option}\``))).toEqual([]);
  });

  test('speaks of faults in the words in which they are told', () => {
    const [, part = ''] = /## What can go wrong\n(.*?)\n## /s.exec(page) ?? [];
    const words = [...part.matchAll(/^\| `([^`]+)` \|/gm)].map(([, text]) => text ?? '');
    expect(words.length).toBeGreaterThan(12);
    const said = sources.replace(/\$\{[^}]*\}/g, '…');
    const known = (text: string) => said.includes(text) || said.replace(/…/g, 'Assertion').includes(text);
    expect(words.filter((text) => text !== 'has a comment' && !known(text))).toEqual([]);
  });
});
