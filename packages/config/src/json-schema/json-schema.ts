/** JSON Schema as far as we walk it. */
import { isObject } from '../source/resolve-secrets.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The keys that the schema knows at a path; empty where it says nothing. */
export function knownKeys(root: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  const places = path.reduce<readonly JsonSchema[]>(
    (schemas, part) => schemas.flatMap((schema) => step(root, schema, part)),
    variants(root, root),
  );
  return [...new Set(places.flatMap((schema) => Object.keys(properties(schema))))];
}

export function properties(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return isObject(schema.properties) ? (schema.properties as Record<string, JsonSchema>) : {};
}

/** The schemas for what stands under a key or index. */
export function step(root: JsonSchema, schema: JsonSchema, part: PropertyKey): readonly JsonSchema[] {
  if (typeof part === 'number') return isObject(schema.items) ? variants(root, schema.items) : [];
  const known = properties(schema);
  const next = Object.hasOwn(known, part) ? known[String(part)] : schema.additionalProperties;
  return isObject(next) ? variants(root, next) : [];
}

/** The schema itself, behind a reference, and every branch of its unions. */
export function variants(root: JsonSchema, schema: JsonSchema, depth = 0): readonly JsonSchema[] {
  if (depth > 20) return [];
  const target = typeof schema.$ref === 'string' ? resolveReference(root, schema.$ref) : null;
  const branches = [schema.anyOf, schema.oneOf, schema.allOf].flatMap((list) =>
    Array.isArray(list) ? list : [],
  );
  const further = [target, ...branches].filter(isObject);
  return [schema, ...further.flatMap((next) => variants(root, next, depth + 1))];
}

function resolveReference(root: JsonSchema, reference: string): unknown {
  const steps = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return steps.reduce<unknown>(
    (node, name) => (isObject(node) && Object.hasOwn(node, name) ? node[name] : null),
    root,
  );
}

const oneSchema = ['items', 'additionalProperties', 'propertyNames', 'contains', 'not', 'if', 'then', 'else'];
const listsOfSchemas = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
const mapsOfSchemas = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];

/** Rewrites every schema within a schema, from the inside out. What only looks like one (a default) stays. */
export function mapSchemas(schema: JsonSchema, rewrite: (schema: JsonSchema) => JsonSchema): JsonSchema {
  const inner = (value: unknown) => (isObject(value) ? mapSchemas(value, rewrite) : value);
  const entries = Object.entries(schema).map(([keyword, value]): [string, unknown] => {
    if (oneSchema.includes(keyword)) return [keyword, inner(value)];
    if (listsOfSchemas.includes(keyword) && Array.isArray(value)) return [keyword, value.map(inner)];
    if (!mapsOfSchemas.includes(keyword) || !isObject(value)) return [keyword, value];
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item)]))];
  });
  return rewrite(Object.fromEntries(entries));
}
