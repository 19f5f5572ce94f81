/** Replaces every `{ fromEnv: NAME }` and `{ fromFile: path }` by the secret it stands for. */
import { resolve } from 'node:path';
import { type ReadFile, readText, Unreadable } from './file.ts';
import { type Path, quote } from './problem.ts';
import type { Report } from './report.ts';
import { Secret, type Secrets } from './secret.ts';

const maxSecretSize = 64 * 1024;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SecretSources {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** Where relative paths begin. */
  readonly folder: string;
  readonly secrets: Secrets;
  readonly report: Report;
  /** Filled with the names of the environment variables that the configuration reads. */
  readonly variables: Set<string>;
}

export async function resolveSecrets(
  value: unknown,
  sources: SecretSources,
  path: Path = [],
): Promise<unknown> {
  if (Array.isArray(value)) {
    return Promise.all(value.map((item, index) => resolveSecrets(item, sources, [...path, index])));
  }
  if (!isObject(value)) return value;
  if (isReference(value)) return sources.secrets.add(await resolveReference(value, sources, path));
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await resolveSecrets(item, sources, [...path, key])] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The plain strings, for a connector's own schema, which knows nothing of ours. */
export function revealSecrets(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(revealSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revealSecrets(item)]));
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

function isReference(value: Record<string, unknown>): boolean {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => key === 'fromEnv' || key === 'fromFile');
}

async function resolveReference(
  reference: Record<string, unknown>,
  sources: SecretSources,
  path: Path,
): Promise<Secret> {
  const { fromEnv, fromFile } = reference;
  const refuse = (message: string, at: Path = path) => {
    sources.report.problem(at, message);
    return new Secret(undefined);
  };
  if (fromEnv !== undefined && fromFile !== undefined) return refuse('takes fromEnv or fromFile, not both');
  const name = fromEnv ?? fromFile;
  const at = [...path, fromEnv === undefined ? 'fromFile' : 'fromEnv'];
  if (typeof name !== 'string' || name === '') return refuse('must be a name', at);
  try {
    const value = fromEnv === undefined ? await fromFileNamed(name, sources) : fromEnvironment(name, sources);
    return new Secret(value);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return refuse(error.message, at);
  }
}

function fromEnvironment(name: string, { env, variables }: SecretSources): string {
  variables.add(name);
  // A name such as `constructor` is not a variable, whatever the prototype says.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined) throw new Unreadable(`the environment variable ${quote(name)} is not set`);
  if (value === '') throw new Unreadable(`the environment variable ${quote(name)} is empty`);
  return value;
}

/** Without the newline that editors and `echo` leave at the end. */
async function fromFileNamed(name: string, { readFile, folder }: SecretSources): Promise<string> {
  const path = resolve(folder, name);
  const text = await readText(readFile, path, maxSecretSize).catch((error: unknown) => {
    throw error instanceof Unreadable ? new Unreadable(`the file ${quote(path)} ${error.message}`) : error;
  });
  const value = text.replace(/[\r\n]+$/, '');
  if (value === '') throw new Unreadable(`the file ${quote(path)} is empty`);
  return value;
}
