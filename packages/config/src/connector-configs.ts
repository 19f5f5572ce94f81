/** Each connector's `config`, checked by the schema that its package brings. */
import type { ConnectorDefinition, Json } from '@gatehouse/connector-kit';
import { type JsonSchema, step, variants } from './json-schema/json-schema.ts';
import type { Legible } from './schema/legible.ts';
import { suggestion } from './source/did-you-mean.ts';
import { explainIssues } from './source/explain.ts';
import { type Path, quote } from './source/problem.ts';
import type { Report } from './source/report.ts';
import { isObject, revealSecrets } from './source/resolve-secrets.ts';

/** A definition whose own types do not matter to us. `never` in, `unknown` out: every definition is one. */
export type AnyConnectorDefinition = Omit<ConnectorDefinition<unknown, Json>, 'open'> & {
  open(config: never, host: never): unknown;
};

/** In the order of the connectors; null where there is a problem. */
export async function checkConnectorConfigs(
  { connectors }: Legible,
  definitions: readonly AnyConnectorDefinition[],
  report: Report,
): Promise<readonly unknown[]> {
  const checks = connectors.map(async (connector, index) => {
    if (!connector) return null;
    const definition = definitions.find(({ type }) => type === connector.type);
    if (definition) return checkOne(connector.config, definition, ['connectors', index, 'config'], report);
    reportUnknownType(connector.type, definitions, ['connectors', index, 'type'], report);
    return null;
  });
  return Promise.all(checks);
}

async function checkOne(
  written: unknown,
  definition: AnyConnectorDefinition,
  base: Path,
  report: Report,
): Promise<unknown> {
  const jsonSchema = connectorJsonSchema(definition);
  refuseLiteralSecrets(written, jsonSchema, base, report);
  const value = revealSecrets(written);
  try {
    const result = await definition.config['~standard'].validate(value);
    if (!result.issues) return result.value;
    explainIssues(result.issues, { report, base, value: written, jsonSchema: () => jsonSchema });
  } catch {
    // Whatever it threw may quote a secret, so it is not repeated.
    report.problem(
      base,
      `the connector type ${quote(definition.type)} could not check this: its schema failed`,
    );
  }
  return null;
}

function reportUnknownType(
  type: string,
  definitions: readonly AnyConnectorDefinition[],
  path: Path,
  report: Report,
): void {
  const known = definitions.map((definition) => definition.type);
  const hint = suggestion(type, known) || `; there are ${known.join(', ')}, and what plugins bring`;
  report.problem(path, `there is no connector type ${quote(type)}${hint}`);
}

/** What the connector's package accepts, for editors and docs; empty if it cannot say. */
export function connectorJsonSchema(definition: AnyConnectorDefinition): JsonSchema {
  try {
    return definition.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  } catch {
    return {};
  }
}

/** A connector marks its secrets with `secret: true` (in zod: `.meta({ secret: true })`) or `writeOnly: true`. */
export function isSecretSchema(schema: JsonSchema): boolean {
  return schema.secret === true || schema.writeOnly === true;
}

function refuseLiteralSecrets(written: unknown, root: JsonSchema, base: Path, report: Report): void {
  function visit(value: unknown, schemas: readonly JsonSchema[], path: Path): void {
    if (typeof value === 'string' && schemas.some(isSecretSchema)) {
      report.problem(path, 'is a secret: write { fromEnv: NAME } or { fromFile: path } here');
    }
    for (const [key, item] of children(value)) {
      const below = schemas.flatMap((schema) => step(root, schema, key));
      visit(item, below, [...path, key]);
    }
  }
  visit(written, variants(root, root), base);
}

function children(value: unknown): readonly (readonly [string | number, unknown])[] {
  if (Array.isArray(value)) return [...value.entries()];
  return isObject(value) ? Object.entries(value) : [];
}
