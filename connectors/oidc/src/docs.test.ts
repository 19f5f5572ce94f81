import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presetNames } from './config/presets.ts';
import { configSchema } from './config.ts';
import { configsIn, faultsIn, headingsOf, read } from './testing/pages.ts';

const roots = ['.', '../../../packages/oauth-upstream/src', '../../../packages/server/src/outgoing'].map(
  (root) => join(import.meta.dirname, root),
);
const sources = roots
  .flatMap((root) => globSync('**/*.ts', { cwd: root }).map((file) => join(root, file)))
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(file, 'utf8').replaceAll('\\`', '`'))
  .join('\n');

const faults = (page: string) =>
  configsIn(page).map((config) => configSchema.safeParse(config).error?.issues ?? []);

function optionsIn(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [path];
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
    optionsIn(below, path === '' ? key : `${path}.${key}`),
  );
}

describe('the page about this connector', () => {
  const page = read('oidc');

  test('has examples that are accepted', () => {
    expect(faults(page)).toEqual([[], []]);
  });

  test('describes every option', () => {
    const options = optionsIn(configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }));
    expect(options.length).toBeGreaterThan(40);
    expect(options.filter((option) => !page.includes(`\`${option}\``))).toEqual([]);
  });

  test('speaks of faults in the words in which they are told', () => {
    expect(faultsIn(page).length).toBeGreaterThan(7);
    expect(faultsIn(page).filter((text) => !sources.includes(text))).toEqual([]);
  });
});

describe.each(presetNames)('the page about %s', (name) => {
  const page = read(name);

  test('has examples that are accepted, with its preset', () => {
    expect(faults(page)).toEqual([[], []]);
    for (const config of configsIn(page)) expect(config).toMatchObject({ preset: name });
  });

  test('comes in the same order as the others', () => {
    const [first, ...rest] = headingsOf(page);
    expect(first).toMatch(/^At /);
    expect(rest).toEqual(['Names', 'Groups', 'What can go wrong', 'From Dex']);
  });

  test('speaks of faults in the words in which they are told', () => {
    expect(faultsIn(page).length).toBeGreaterThan(3);
    expect(faultsIn(page).filter((text) => !sources.includes(text))).toEqual([]);
  });
});
