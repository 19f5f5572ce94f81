/** Flattens a JSON Schema into rows: one option each, with its name, type, default and meaning. */
import { isSecretSchema, type JsonSchema, properties } from '@gatehouse/config';
import { code } from './markdown.ts';

export interface Option {
  readonly name: string;
  readonly type: string;
  readonly fallback: string;
  readonly meaning: string;
}

/** The options of a section and of what is within it; a list of maps goes on as `name[].key`. */
export function options(schema: JsonSchema, prefix = ''): readonly Option[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(properties(schema)).flatMap(([key, property]) => {
    const name = prefix + key;
    return [option(name, property, required.includes(key)), ...within(property, name)];
  });
}

function within(schema: JsonSchema, name: string): readonly Option[] {
  const items = itemsOf(schema);
  return items ? options(items, `${name}[].`) : options(schema, `${name}.`);
}

function option(name: string, schema: JsonSchema, required: boolean): Option {
  const fallback = required ? '**required**' : renderDefault(schema.default);
  return { name, type: typeName(schema), fallback, meaning: String(schema.description ?? '') };
}

function renderDefault(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value) && value.length === 0) return 'none';
  if (typeof value === 'object') return Object.keys(value ?? {}).length === 0 ? '' : code(inYaml(value));
  return code(String(value));
}

/** On one line, as it would be written. */
function inYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inYaml).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${inYaml(item)}`);
  return `{ ${entries.join(', ')} }`;
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  number: 'number',
  boolean: 'true / false',
};

function typeName(schema: JsonSchema): string {
  if (isSecretSchema(schema)) return 'secret';
  if (typeof schema.kind === 'string') return schema.kind;
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => code(String(value))).join(', ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return choices.map((choice: JsonSchema) => typeName(choice)).join(', or ');
  if (schema.type === 'array') return `list of ${itemName(itemsOf(schema) ?? {})}`;
  if (schema.type === 'object') return mapName(schema);
  return names[String(schema.type)] ?? 'anything';
}

function itemName(items: JsonSchema): string {
  const name = typeName(items);
  if (name === 'address range') return 'addresses or ranges';
  return name === 'text' ? name : `${name}s`;
}

function mapName(schema: JsonSchema): string {
  const values = schema.additionalProperties;
  if (typeof values !== 'object' || values === null) return 'map';
  return `map of text to ${typeName(values as JsonSchema)}`;
}

function itemsOf(schema: JsonSchema): JsonSchema | null {
  const { items } = schema;
  return typeof items === 'object' && items !== null && !Array.isArray(items) ? (items as JsonSchema) : null;
}
