import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configsIn, faultsIn, read } from '../../oidc/src/testing/pages.ts';
import { configSchema } from './config.ts';

const roots = [import.meta.dirname, join(import.meta.dirname, '../../../packages/oauth-upstream/src')];
const sources = roots
  .flatMap((root) => globSync('**/*.ts', { cwd: root }).map((file) => join(root, file)))
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

describe('the page about this connector', () => {
  const page = read('oauth2');

  test('has an example that is accepted', () => {
    expect(configsIn(page).map((config) => configSchema.safeParse(config).error)).toEqual([undefined]);
  });

  test('describes every option', () => {
    const schema = configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
    const { claims, ...rest } = schema.properties as Record<string, { properties?: object }>;
    const options = [
      ...Object.keys(rest),
      ...Object.keys(claims?.properties ?? {}).map((key) => `claims.${key}`),
    ];
    expect(options.length).toBeGreaterThan(20);
    expect(options.filter((option) => !page.includes(`\`${option}\``))).toEqual([]);
  });

  test('speaks of faults in the words in which they are told', () => {
    expect(faultsIn(page).length).toBeGreaterThan(4);
    expect(faultsIn(page).filter((text) => !sources.includes(text))).toEqual([]);
  });
});
