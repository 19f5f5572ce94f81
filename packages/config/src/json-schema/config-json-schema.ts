/** The JSON Schema of the whole configuration, for editors: ours, and for each connector type that of its package. */
import { z } from 'zod';
import { type AnyConnectorDefinition, connectorJsonSchema, isSecretSchema } from '../connector-configs.ts';
import { schema } from '../schema/schema.ts';
import { isObject } from '../source/resolve-secrets.ts';
import { type JsonSchema, mapSchemas, properties } from './json-schema.ts';

/** With our own marks (`kind`, `secret`), from which the docs are made too. */
export function sectionsJsonSchema(): JsonSchema {
  sections ??= z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return sections;
}

let sections: JsonSchema | undefined;

export function configJsonSchema(definitions: readonly AnyConnectorDefinition[]): JsonSchema {
  const { $schema, ...rest } = mapSchemas(sectionsJsonSchema(), ours);
  const known = definitions.toSorted((a, b) => (a.type < b.type ? -1 : 1));
  return {
    $schema,
    title: 'The configuration of Gatehouse',
    ...rest,
    properties: {
      ...properties(rest),
      connectors: withConnectorTypes(properties(rest).connectors ?? {}, known),
    },
    $defs: {
      secret,
      ...Object.fromEntries(known.map((definition) => [defName(definition), connectorDef(definition)])),
    },
  };
}

const secret = {
  description: 'From an environment variable, or from a file (relative to this one).',
  oneOf: [reference('fromEnv'), reference('fromFile')],
};

function reference(key: string): JsonSchema {
  const name = { type: 'string', minLength: 1 };
  return { type: 'object', properties: { [key]: name }, required: [key], additionalProperties: false };
}

/** `type: ldap` decides what `config` may hold. */
function withConnectorTypes(
  connectors: JsonSchema,
  definitions: readonly AnyConnectorDefinition[],
): JsonSchema {
  const items = isObject(connectors.items) ? connectors.items : {};
  const choices = definitions.map((definition) => ({
    if: { properties: { type: { const: definition.type } }, required: ['type'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: { config: { $ref: `#/$defs/${defName(definition)}` } },
      ...(needsConfig(definition) && { required: ['config'] }),
    },
  }));
  return { ...connectors, items: { ...items, allOf: choices } };
}

function needsConfig(definition: AnyConnectorDefinition): boolean {
  const { required } = connectorJsonSchema(definition);
  return Array.isArray(required) && required.length > 0;
}

function defName({ type }: AnyConnectorDefinition): string {
  return `connector-${type}`;
}

function connectorDef(definition: AnyConnectorDefinition): unknown {
  const { $schema: _, ...own } = connectorJsonSchema(definition);
  return { title: definition.title, ...mapSchemas(own, (node) => theirs(node, defName(definition))) };
}

/** Without the marks that are for us alone. */
function ours({ kind: _kind, secret: isSecret, ...rest }: JsonSchema): JsonSchema {
  return withoutEmptyDefault(isSecret === true ? { ...rest, $ref: '#/$defs/secret' } : rest);
}

/** `default: {}` tells a reader nothing. */
function withoutEmptyDefault({ default: value, ...rest }: JsonSchema): JsonSchema {
  const empty = value === undefined || (isObject(value) && Object.keys(value).length === 0);
  return empty ? rest : { ...rest, default: value };
}

/** Any text of a connector may come from the environment or a file; what is marked as secret must. */
function theirs(node: JsonSchema, name: string): JsonSchema {
  if (typeof node.$ref === 'string') return { ...node, $ref: node.$ref.replace(/^#/, `#/$defs/${name}`) };
  const { description, secret: _secret, ...rest } = withoutEmptyDefault(node);
  const described = description === undefined ? {} : { description };
  if (isSecretSchema(node)) return { ...described, $ref: '#/$defs/secret' };
  if (node.type !== 'string' || node.enum !== undefined || node.const !== undefined)
    return { ...described, ...rest };
  return { ...described, anyOf: [rest, { $ref: '#/$defs/secret' }] };
}
