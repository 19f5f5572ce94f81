import { expect, test } from 'vitest';
import { directory, local, mock } from '../testing/attempt.ts';
import { configJsonSchema, sectionsJsonSchema } from './config-json-schema.ts';
import { type JsonSchema, knownKeys, mapSchemas, properties } from './json-schema.ts';

const schema = configJsonSchema([mock, directory, local]) as {
  readonly properties: Record<string, JsonSchema>;
  readonly $defs: Record<string, JsonSchema>;
};

test('every section and every option in it has a description', () => {
  const undescribed: string[] = [];
  const visit = (node: JsonSchema, path: string) => {
    for (const [key, property] of Object.entries(properties(node))) {
      if (typeof property.description !== 'string') undescribed.push(`${path}.${key}`);
      visit(property, `${path}.${key}`);
      visit((property.items ?? {}) as JsonSchema, `${path}.${key}[]`);
    }
  };
  visit(sectionsJsonSchema(), '');
  expect(undescribed).toEqual([]);
});

test('unknown keys are wrong in an editor too, in every map', () => {
  const open: JsonSchema[] = [];
  mapSchemas(schema, (node) => {
    if (node.type === 'object' && node.additionalProperties === undefined) open.push(node);
    return node;
  });
  expect(open).toEqual([]);
});

test('a secret is one of two references', () => {
  expect(properties(schema.properties.database!).url).toMatchObject({ $ref: '#/$defs/secret' });
  expect(schema.$defs.secret).toMatchObject({
    oneOf: [{ required: ['fromEnv'] }, { required: ['fromFile'] }],
  });
});

test('the type of a connector decides what its config may hold', () => {
  const { items } = schema.properties.connectors as { items: { allOf: unknown[] } };
  expect(items.allOf).toEqual([
    {
      if: { properties: { type: { const: 'directory' } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { config: { $ref: '#/$defs/connector-directory' } }, required: ['config'] },
    },
    {
      if: { properties: { type: { const: 'local' } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { config: { $ref: '#/$defs/connector-local' } } },
    },
    {
      if: { properties: { type: { const: 'mock' } }, required: ['type'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { properties: { config: { $ref: '#/$defs/connector-mock' } } },
    },
  ]);
});

test('in a connector any text may be a reference, and a secret is nothing else', () => {
  const options = properties(schema.$defs['connector-directory']!);
  expect(options.host).toEqual({ anyOf: [{ type: 'string', minLength: 1 }, { $ref: '#/$defs/secret' }] });
  expect(options.bindPassword).toEqual({ $ref: '#/$defs/secret' });
  expect(options.insecureNoTls).toEqual({ type: 'boolean', default: false });
});

test('references within the schema of a connector lead where they led before', () => {
  const input = () => ({
    type: 'object',
    properties: { host: { $ref: '#/$defs/host' }, default: { type: 'integer' } },
    $defs: { host: { type: 'integer' } },
  });
  const config = { '~standard': { jsonSchema: { input } } };
  const made = configJsonSchema([{ type: 'acme', title: 'Acme', config } as never]);
  expect((made.$defs as Record<string, unknown>)['connector-acme']).toEqual({
    title: 'Acme',
    type: 'object',
    properties: { host: { $ref: '#/$defs/connector-acme/$defs/host' }, default: { type: 'integer' } },
    $defs: { host: { type: 'integer' } },
  });
});

test('a connector that cannot describe itself accepts anything in an editor', () => {
  const input = () => {
    throw new Error('not supported');
  };
  const config = { '~standard': { jsonSchema: { input } } };
  const made = configJsonSchema([{ type: 'acme', title: 'Acme', config } as never]);
  expect((made.$defs as Record<string, unknown>)['connector-acme']).toEqual({ title: 'Acme' });
});

test('the known keys are found through lists, maps, unions and references that go in a circle', () => {
  const root: JsonSchema = {
    properties: {
      list: { items: { anyOf: [{ properties: { a: {} } }, { $ref: '#/$defs/b' }] } },
      map: { additionalProperties: { properties: { c: {} } } },
    },
    $defs: { b: { properties: { b: {} }, allOf: [{ $ref: '#/$defs/b' }] } },
  };
  expect(knownKeys(root, [])).toEqual(['list', 'map']);
  expect(knownKeys(root, ['list', 3])).toEqual(['a', 'b']);
  expect(knownKeys(root, ['map', 'any'])).toEqual(['c']);
  expect(knownKeys(root, ['constructor'])).toEqual([]);
});
