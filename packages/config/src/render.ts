/** `gatehouse config show`: the configuration in effect, as it could be written, with secrets masked. */
import type { Client } from '@gatehouse/core';
import { stringify } from 'yaml';
import type { z } from 'zod';
import type { Config, ConnectorEntry, Database, SealConfig } from './config.ts';
import { type AnyConnectorDefinition, connectorJsonSchema, isSecretSchema } from './connector-configs.ts';
import { demoClientId } from './demo-client.ts';
import { type JsonSchema, step, variants } from './json-schema/json-schema.ts';
import type { Loaded } from './load.ts';
import { client } from './schema/clients.ts';
import { connector } from './schema/connectors.ts';
import { formatDuration } from './schema/duration.ts';
import { isLoopback } from './schema/issuer.ts';
import { isObject } from './source/resolve-secrets.ts';

const mask = '***';

export function renderConfig({ config, definitions, secrets }: Loaded): string {
  const shown = maskStrings(present(config, definitions), (text) => secrets.mask(text));
  return stringify(shown, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** In the order of the schema. */
function present(config: Config, definitions: readonly AnyConnectorDefinition[]): unknown {
  return {
    issuer: config.issuer,
    listen: config.listen,
    trustedProxies: config.trustedProxies,
    allowedOrigins: config.allowedOrigins,
    outgoing: { ...config.outgoing, timeouts: durations(config.outgoing.timeouts) },
    ...(isInsecure(config.issuer) && { insecureHttpIssuer: true }),
    database: presentDatabase(config.database),
    seal: presentSeal(config.seal),
    signing: config.signing,
    tokens: durations(config.tokens),
    sessions: durations(config.sessions),
    limits: {
      pendingSignIns: config.limits.pendingSignIns,
      passwordAttempts: {
        perAccount: presentAttempts(config.limits.passwordAttempts.perAccount),
        perAddress: presentAttempts(config.limits.passwordAttempts.perAddress),
      },
    },
    connectors: config.connectors.map((entry) => presentConnector(entry, definitions)),
    plugins: config.plugins,
    clients: config.clients.filter(({ id }) => !(config.demo && id === demoClientId)).map(presentClient),
    users: config.users.map((user) => ({ ...user, passwordHash: mask })),
    ...(config.firstUser && { firstUser: config.firstUser }),
    demo: config.demo,
    branding: config.branding,
    log: config.log,
  };
}

/** Such an issuer is accepted with that option only. */
function isInsecure(issuer: string): boolean {
  return issuer.startsWith('http:') && !isLoopback(new URL(issuer));
}

function presentDatabase(database: Database): unknown {
  if (database.kind === 'embedded') return { embedded: database.path };
  const { poolSize, preparedStatements, statementTimeout } = database;
  return {
    url: mask,
    directUrl: mask,
    poolSize,
    preparedStatements,
    statementTimeout: formatDuration(statementTimeout / 1000),
  };
}

function presentSeal(seal: SealConfig): unknown {
  if (seal.kind === 'file') return { file: seal.path };
  return { keys: seal.keys.map(({ id }) => ({ id, key: mask })) };
}

function presentAttempts({ tries, window }: { readonly tries: number; readonly window: number }): unknown {
  return { tries, window: formatDuration(window) };
}

function presentConnector(entry: ConnectorEntry, definitions: readonly AnyConnectorDefinition[]): unknown {
  const definition = definitions.find(({ type }) => type === entry.type);
  return inOrderOf(connector, { ...entry, config: maskMarked(entry.config, definition) });
}

function presentClient({ secretHashes, ...rest }: Client): unknown {
  return inOrderOf(client, { ...rest, secrets: secretHashes.map(() => mask) });
}

function inOrderOf(schema: z.ZodObject, value: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.keys(schema.shape).map((key) => [key, value[key]]));
}

function durations(section: Readonly<Record<string, number>>): unknown {
  return Object.fromEntries(Object.entries(section).map(([key, seconds]) => [key, formatDuration(seconds)]));
}

/** What the connector's schema marks as secret, wherever its value came from. */
function maskMarked(value: unknown, definition: AnyConnectorDefinition | undefined): unknown {
  const root = definition ? connectorJsonSchema(definition) : {};

  function visit(item: unknown, schemas: readonly JsonSchema[]): unknown {
    if (item !== undefined && item !== null && schemas.some(isSecretSchema)) return mask;
    const below = (key: string | number) => schemas.flatMap((schema) => step(root, schema, key));
    if (Array.isArray(item)) return item.map((entry, index) => visit(entry, below(index)));
    if (!isPlainObject(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([key, entry]) => [key, visit(entry, below(key))]));
  }

  return visit(value, variants(root, root));
}

/** Keys too: a connector's schema may have made one out of a secret. */
function maskStrings(value: unknown, masked: (text: string) => string): unknown {
  if (typeof value === 'string') return masked(value);
  if (Array.isArray(value)) return value.map((item) => maskStrings(item, masked));
  if (!isPlainObject(value)) return isScalar(value) ? value : '(not shown)';
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [masked(key), maskStrings(item, masked)]),
  );
}

function isScalar(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean';
}

/** A URL may hold a password and bytes may be a key, where a connector's schema made such a thing of a text. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
