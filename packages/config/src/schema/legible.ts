/**
 * What can be read of a configuration with mistakes in it, so that references between its parts are checked in the
 * same run: an operator sees all problems at once. Nothing is started with it.
 */
import type { z } from 'zod';
import { isObject } from '../source/resolve-secrets.ts';
import { client } from './clients.ts';
import { connector, maxConnectors } from './connectors.ts';
import { maxEntries } from './primitives.ts';
import { schema, type Written } from './schema.ts';
import { user } from './users.ts';

/** Null where something is not readable; entries of lists keep their places. */
export interface Legible extends Omit<Written, 'issuer' | 'connectors' | 'clients' | 'users'> {
  readonly issuer: URL | null;
  readonly connectors: readonly (z.output<typeof connector> | null)[];
  readonly clients: readonly (z.output<typeof client> | null)[];
  readonly users: readonly (z.output<typeof user> | null)[];
}

export function legible(tree: Readonly<Record<string, unknown>>): Legible {
  const { issuer, connectors: _1, clients: _2, users: _3, ...sections } = schema.shape;
  const parsed = Object.entries(sections).map(([key, section]) => [key, readSection(section, tree[key])]);
  const written = issuer.safeParse(tree.issuer);
  return {
    ...(Object.fromEntries(parsed) as Omit<Written, 'issuer' | 'connectors' | 'clients' | 'users'>),
    issuer: written.success ? new URL(written.data) : null,
    connectors: entries(connector, tree.connectors, maxConnectors),
    clients: entries(client, tree.clients),
    users: entries(user, tree.users),
  };
}

/** A section that cannot be read counts as one that is not there: every section but the issuer has a default. */
function readSection(section: z.ZodType, value: unknown): unknown {
  const read = readEntry(section, value);
  return read === null ? section.parse(undefined) : read;
}

function entries<T extends z.ZodType>(
  entry: T,
  value: unknown,
  most = maxEntries,
): readonly (z.output<T> | null)[] {
  return Array.isArray(value) ? value.slice(0, most).map((item) => readEntry(entry, item)) : [];
}

/** The entry, if need be without the keys that the schema objects to. */
function readEntry<T extends z.ZodType>(entry: T, value: unknown): z.output<T> | null {
  const result = entry.safeParse(value);
  if (result.success) return result.data;
  if (!isObject(value)) return null;
  const faulty = new Set(result.error.issues.flatMap(faultyKeys));
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !faulty.has(key)));
  return entry.safeParse(rest).data ?? null;
}

function faultyKeys(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.path.length > 0) return [String(issue.path[0])];
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}
