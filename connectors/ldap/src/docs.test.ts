import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from './config.ts';

const page = await readFile(join(import.meta.dirname, '../../../docs/connectors/ldap.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml.*?\n(.*?)```/gs)].map((match) => parse(match[1] ?? ''));

/** As the broker hands it over: secrets and files are text. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  if ('fromEnv' in value) return 'from the environment';
  if ('fromFile' in value) return '-----BEGIN CERTIFICATE-----\n';
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}

function optionsIn(schema: unknown, path = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [path];
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) =>
    optionsIn(below, path === '' ? key : `${path}.${key}`),
  );
}

describe('the page about this connector', () => {
  test('has examples that are accepted', () => {
    const least = { host: 'ldap.example.com', userSearch: { baseDn: 'dc=example', username: 'uid' } };
    expect(blocks).toHaveLength(3);
    for (const block of blocks) {
      const config = block.connectors?.[0].config ?? { ...least, ...block.config };
      expect(configSchema.safeParse(resolved(config)).error).toBeUndefined();
    }
  });

  test('describes every option', () => {
    const options = optionsIn(configSchema['~standard'].jsonSchema.input({ target: 'draft-2020-12' }));
    expect(options.length).toBeGreaterThan(30);
    expect(options.filter((option) => !page.includes(`\`${option}\``))).toEqual([]);
  });
});
