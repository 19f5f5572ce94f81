/**
 * The configuration: one schema, and everything that is made from it.
 *
 * It owns what may be written and what is wrong with what was. It must not know what the options do.
 */
export type { CheckPasswordHash } from './checks/users.ts';
export type * from './config.ts';
export type { AnyConnectorDefinition } from './connector-configs.ts';
export { connectorJsonSchema, isSecretSchema } from './connector-configs.ts';
export { demoCallbackPath, demoClientId } from './demo-client.ts';
export { configJsonSchema, sectionsJsonSchema } from './json-schema/config-json-schema.ts';
export { type JsonSchema, properties, variants } from './json-schema/json-schema.ts';
export {
  type Definitions,
  type Loaded,
  type LoadOptions,
  loadConfig,
  type ParseOptions,
  parseConfig,
} from './load.ts';
export type { LoadPlugin } from './plugins.ts';
export { renderConfig } from './render.ts';
export { formatDuration, parseDuration } from './schema/duration.ts';
export type { ReadFile } from './source/file.ts';
export { ConfigError, type Path, type Position, type Problem, renderProblems } from './source/problem.ts';
