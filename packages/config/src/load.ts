/** Reads a configuration: text, secrets, schemas, checks, in this order, and all problems at once. */
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { assemble } from './assemble.ts';
import { checkClients } from './checks/clients.ts';
import { checkDatabaseAddress } from './checks/database-address.ts';
import { warnOfVariables } from './checks/environment.ts';
import { checkFiles } from './checks/files.ts';
import { warnOfGroupOverlap } from './checks/group-overlap.ts';
import { checkIssuer, checkLoopbackOnly } from './checks/issuer.ts';
import { checkLifetimes } from './checks/lifetimes.ts';
import { checkReferences } from './checks/references.ts';
import { type CheckPasswordHash, checkUsers } from './checks/users.ts';
import { warnOfWeakOptions } from './checks/weak-options.ts';
import type { Config } from './config.ts';
import { type AnyConnectorDefinition, checkConnectorConfigs } from './connector-configs.ts';
import { sectionsJsonSchema } from './json-schema/config-json-schema.ts';
import { type LoadPlugin, loadPlugins } from './plugins.ts';
import { type Legible, legible } from './schema/legible.ts';
import { schema } from './schema/schema.ts';
import { readSealKeys } from './seal-keys.ts';
import { explainIssues } from './source/explain.ts';
import { type ReadFile, readFileBounded, readText, Unreadable } from './source/file.ts';
import { ConfigError, type Problem } from './source/problem.ts';
import { Report } from './source/report.ts';
import { type Environment, isObject, resolveSecrets, type SecretSources } from './source/resolve-secrets.ts';
import { Secrets } from './source/secret.ts';
import { parseYaml, type Source } from './source/yaml.ts';

/** Much more than anybody writes, and little enough to parse at once. */
const maxSize = 512 * 1024;

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
  const map = asMap(source, file);

  const secrets = new Secrets();
  const report = new Report(source.locate, (sentence) => secrets.mask(sentence));
  const variables = new Set<string>();
  const tree = await resolveMap(map, { env, readFile, folder, secrets, report, variables });
  const result = schema.safeParse(tree);
  if (!result.success) explain(result.error, tree, report);

  const written = legible(tree);
  const builtIn = ownDefinitions(options.definitions, tree.issuer);
  const plugins = { ...options, definitions: builtIn, folder, report };
  const definitions = await loadPlugins(written.plugins, plugins);
  const connectorConfigs = await checkConnectorConfigs(written, definitions, report);
  const sealKeys = readSealKeys(written, report);
  await checkFiles(written, folder, readFile, report);
  checkAll(written, options.checkPasswordHash, report);
  warnOfAll(written, tree, report);
  warnOfVariables(env, variables, report);

  if (report.problems.length > 0 || !result.success) throw new ConfigError(file, report.problems);
  const config = assemble({ written: result.data, connectorConfigs, sealKeys, definitions, folder });
  return { config, file, warnings: report.warnings, definitions, secrets };
}

type Tree = Readonly<Record<string, unknown>>;

/** @throws ConfigError if the text is not YAML, or not a map */
function asMap({ value, problems }: Source, file: string): Tree {
  if (problems.length > 0) throw new ConfigError(file, problems);
  if (isObject(value)) return value;
  const message = value === null ? emptyFile : 'must be a map of keys and values';
  throw new ConfigError(file, [{ path: [], message }]);
}

const emptyFile = 'is empty; the least it needs is `issuer: http://127.0.0.1:5556`';

/** The sections one by one: a whole file that is nothing but a reference to a secret is a map too. */
async function resolveMap(map: Tree, sources: SecretSources): Promise<Tree> {
  const sections = Object.entries(map).map(
    async ([key, value]) => [key, await resolveSecrets(value, sources, [key])] as const,
  );
  return Object.fromEntries(await Promise.all(sections));
}

function explain(error: z.ZodError, tree: Tree, report: Report): void {
  explainIssues(error.issues, { report, base: [], value: tree, jsonSchema: sectionsJsonSchema });
}

function ownDefinitions(definitions: Definitions, issuer: unknown): readonly AnyConnectorDefinition[] {
  if (typeof definitions !== 'function') return definitions;
  return definitions(typeof issuer === 'string' ? issuer : '');
}

/** What refers to other parts, or says something together with them. */
function checkAll(written: Legible, checkPasswordHash: CheckPasswordHash | undefined, report: Report): void {
  checkIssuer(written, report);
  checkLoopbackOnly(written, report);
  checkDatabaseAddress(written, report);
  checkReferences(written, report);
  checkClients(written, report);
  checkUsers(written, checkPasswordHash, report);
  checkLifetimes(written, report);
}

function warnOfAll(written: Legible, tree: Tree, report: Report): void {
  warnOfGroupOverlap(written, report);
  warnOfWeakOptions(tree, report);
}
