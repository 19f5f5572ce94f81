/** Reads a configuration: text, secrets, schemas, checks, in this order, and all problems at once. */
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { assemble } from './assemble.ts';
import { checkClients } from './checks/clients.ts';
import { warnOfVariables } from './checks/environment.ts';
import { checkFiles } from './checks/files.ts';
import { checkGroupOverlap } from './checks/group-overlap.ts';
import { checkIssuer, checkLoopbackOnly } from './checks/issuer.ts';
import { checkLifetimes } from './checks/lifetimes.ts';
import { checkReferences } from './checks/references.ts';
import { type CheckPasswordHash, checkUsers } from './checks/users.ts';
import { warnOfReserved, warnOfWeakOptions } from './checks/weak-options.ts';
import type { Config } from './config.ts';
import { type AnyConnectorDefinition, checkConnectorConfigs } from './connector-configs.ts';
import { type LoadPlugin, loadPlugins } from './plugins.ts';
import { legible } from './schema/legible.ts';
import { schema } from './schema/schema.ts';
import { readSealKeys } from './seal-keys.ts';
import { explainIssues } from './source/explain.ts';
import { type ReadFile, readFileBounded, readText, Unreadable } from './source/file.ts';
import { ConfigError, type Problem } from './source/problem.ts';
import { Report } from './source/report.ts';
import { type Environment, isObject, resolveSecrets } from './source/resolve-secrets.ts';
import { Secrets } from './source/secret.ts';
import { parseYaml } from './source/yaml.ts';

/** Much more than anybody writes, and little enough to parse at once. */
const maxSize = 1024 * 1024;

export interface LoadOptions {
  /** `process.env`, handed in: secrets come from here and nothing else does. */
  readonly env: Environment;
  /** What connector packages export; a function where that depends on the issuer (empty if it is not readable). */
  readonly definitions: Definitions;
  /** Finds what `plugins` names; without it, a plugin is a problem. */
  readonly loadPlugin?: LoadPlugin;
  readonly checkPasswordHash?: CheckPasswordHash;
  readonly readFile?: ReadFile;
}

export type Definitions =
  | readonly AnyConnectorDefinition[]
  | ((issuer: string) => readonly AnyConnectorDefinition[]);

export interface Loaded {
  readonly config: Config;
  /** As it was named by whoever called. */
  readonly file: string;
  /** Good to know, and no reason to stop; in the order of the file. */
  readonly warnings: readonly Problem[];
  /** The given ones and those of plugins. */
  readonly definitions: readonly AnyConnectorDefinition[];
  /** To keep secrets out of what is printed. */
  readonly secrets: Secrets;
}

/** @throws ConfigError and nothing else, whatever the file holds */
export async function loadConfig(options: LoadOptions & { readonly path: string }): Promise<Loaded> {
  const { path, readFile = readFileBounded } = options;
  const text = await readText(readFile, path, maxSize).catch((error: unknown) => {
    if (!(error instanceof Unreadable)) throw error;
    throw new ConfigError(path, [{ path: [], message: error.message }]);
  });
  return parseConfig({ ...options, text, file: path, folder: dirname(resolve(path)) });
}

export interface ParseOptions extends LoadOptions {
  readonly text: string;
  /** How the text is called in messages. */
  readonly file?: string;
  /** Where relative paths begin. */
  readonly folder?: string;
}

/** @throws ConfigError and nothing else, whatever the text holds */
export async function parseConfig(options: ParseOptions): Promise<Loaded> {
  const { text, file = 'gatehouse.yaml', folder = process.cwd(), readFile = readFileBounded, env } = options;
  const source = parseYaml(text);
  const fail = (problems: readonly Problem[]) => new ConfigError(file, problems);
  if (source.problems.length > 0) throw fail(source.problems);
  if (source.value === null) throw fail([{ path: [], message: emptyFile }]);
  if (!isObject(source.value)) throw fail([{ path: [], message: 'must be a map of keys and values' }]);

  const secrets = new Secrets();
  const report = new Report(source.locate, (sentence) => secrets.mask(sentence));
  const variables = new Set<string>();
  const tree = await resolveSecrets(source.value, { env, readFile, folder, secrets, report, variables });
  if (!isObject(tree)) throw fail(report.problems);

  const result = schema.safeParse(tree);
  const jsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  if (!result.success) explainIssues(result.error.issues, { report, base: [], value: tree, jsonSchema });
  const written = legible(tree);

  const builtIn = ownDefinitions(options.definitions, written.issuer);
  const definitions = await loadPlugins(written.plugins, {
    ...options,
    definitions: builtIn,
    folder,
    report,
  });
  const connectorConfigs = await checkConnectorConfigs(written, definitions, report);
  const sealKeys = readSealKeys(written, report);
  checkIssuer(written, report);
  checkLoopbackOnly(written, report);
  checkReferences(written, report);
  checkClients(written, report);
  checkUsers(written, options.checkPasswordHash, report);
  checkLifetimes(written, report);
  checkGroupOverlap(written, report);
  await checkFiles(written, folder, readFile, report);
  warnOfWeakOptions(tree, report);
  warnOfReserved(tree, report);
  warnOfVariables(env, variables, report);

  if (report.problems.length > 0 || !result.success) throw fail(report.problems);
  const config = assemble({ written: result.data, connectorConfigs, sealKeys, definitions, folder });
  return { config, file, warnings: report.warnings, definitions, secrets };
}

function ownDefinitions(definitions: Definitions, issuer: URL | null): readonly AnyConnectorDefinition[] {
  return typeof definitions === 'function' ? definitions(issuer?.href ?? '') : definitions;
}

const emptyFile = 'is empty; the least it needs is `issuer: http://127.0.0.1:5556`';
