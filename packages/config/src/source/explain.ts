/** From a schema's issues to sentences at places. Works for our schema and for those of connectors. */
import { type JsonSchema, knownKeys } from '../json-schema/json-schema.ts';
import { suggestion } from './did-you-mean.ts';
import type { Path } from './problem.ts';
import type { Report } from './report.ts';
import { isObject } from './resolve-secrets.ts';
import { Secret } from './secret.ts';

/** An issue of Standard Schema. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What zod adds to an issue of Standard Schema; another library's issues have none of it. */
interface Issue {
  readonly message: string;
  readonly path: Path;
  readonly code?: unknown;
  readonly keys?: unknown;
  readonly expected?: unknown;
  readonly errors?: unknown;
  readonly values?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

export interface Explained {
  readonly report: Report;
  /** Where in the file the value stands that was checked. */
  readonly base: Path;
  /** What was checked, to tell what was found instead; it is never printed. */
  readonly value: unknown;
  /** Asked only for the keys that were perhaps meant. */
  readonly jsonSchema: () => JsonSchema;
}

export function explainIssues(issues: readonly SchemaIssue[], what: Explained): void {
  for (const issue of issues) explain(normal(issue), what);
}

function normal(issue: SchemaIssue, before: Path = []): Issue {
  const path = (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part;
    return typeof key === 'number' ? key : String(key);
  });
  return { ...issue, path: [...before, ...path] };
}

function explain(issue: Issue, what: Explained): void {
  if (issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)) {
    for (const key of issue.keys.map(String)) explainUnknownKey(key, issue, what);
    return;
  }
  if (issue.code === 'invalid_union' && Array.isArray(issue.errors) && issue.errors.length > 0) {
    for (const inner of nearestBranch(issue.errors)) explain(normal(inner, issue.path), what);
    return;
  }
  const found = at(what.value, issue.path);
  // What could not be read has been reported; what a schema says about its absence would only confuse.
  if (found instanceof Secret && !found.known) return;
  what.report.problem([...what.base, ...issue.path], sentence(issue, found) + keysWanted(issue, found, what));
}

/** More than these would hide the sentence. */
const mostKeys = 8;

/** A name or an address where a map belongs (`metadata: https://…`): which keys the map has. */
function keysWanted(issue: Issue, found: unknown, { jsonSchema }: Explained): string {
  if (issue.code !== 'invalid_type' || issue.expected !== 'object' || typeof found !== 'string') return '';
  const keys = knownKeys(jsonSchema(), issue.path);
  return keys.length > 0 && keys.length <= mostKeys ? `: ${keys.join(', ')}` : '';
}

function explainUnknownKey(key: string, issue: Issue, { report, base, jsonSchema }: Explained): void {
  const hint = suggestion(key, knownKeys(jsonSchema(), issue.path));
  report.problem([...base, ...issue.path, key], `unknown key${hint}`, 'key');
}

/** The branch that the value fits best: the one with the fewest objections. */
function nearestBranch(branches: readonly unknown[]): readonly SchemaIssue[] {
  const lists = branches.filter(Array.isArray) as (readonly SchemaIssue[])[];
  return lists.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function sentence(issue: Issue, found: unknown): string {
  if (found === undefined && issue.code !== 'custom') return 'is missing';
  if (found === null) return 'is empty: give it a value or take it out';
  if (issue.code === 'invalid_type' && found instanceof Secret)
    return 'cannot be taken from the environment or a file';
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
    return `must be ${expectations[String(issue.expected)] ?? `of type ${issue.expected}`}`;
  }
  if (issue.code === 'invalid_value' && Array.isArray(issue.values) && issue.message.startsWith('Invalid')) {
    const values = issue.values.map(String);
    return `must be ${values.join(' or ')}${typeof found === 'string' ? suggestion(found, values) : ''}`;
  }
  return sizeSentence(issue) ?? issue.message;
}

function sizeSentence({ code, origin, minimum, maximum, message }: Issue): string | null {
  if (!/^Too (small|big)/.test(message)) return null;
  const unit = units[String(origin)] ?? '';
  if (code === 'too_small' && minimum === 1 && unit !== '') return 'must not be empty';
  return code === 'too_small' ? `must be at least ${minimum}${unit}` : `must be at most ${maximum}${unit}`;
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

const expectations: Readonly<Record<string, string>> = {
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, part) => {
    if (Array.isArray(node)) return node[Number(part)];
    return isObject(node) && Object.hasOwn(node, part) ? node[part] : undefined;
  }, value);
}
