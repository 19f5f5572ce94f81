/** From what was written, and found good, to the configuration that the server is built from. */
import { createHash } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import type { Client, SealKey, SigningAlgorithm } from '@gatehouse/core';
import type { Config, ConfiguredUser, ConnectorEntry, Database, SealConfig } from './config.ts';
import type { AnyConnectorDefinition } from './connector-configs.ts';
import { demoClient } from './demo-client.ts';
import type { WrittenClient } from './schema/clients.ts';
import type { Written } from './schema/schema.ts';
import { userIdFromEmail } from './user-id.ts';

export interface Parts {
  readonly written: Written;
  readonly connectorConfigs: readonly unknown[];
  readonly sealKeys: readonly SealKey[];
  readonly definitions: readonly AnyConnectorDefinition[];
  /** Where relative paths begin. */
  readonly folder: string;
}

export function assemble({ written, connectorConfigs, sealKeys, definitions, folder }: Parts): Config {
  const at = (path: string) => resolve(folder, path);
  const { listen, branding, firstUser, signing, outgoing } = written;
  const database = assembleDatabase(written, at);
  const clients = written.clients.map((client) => assembleClient(client, signing.algorithm));
  return {
    issuer: written.issuer,
    listen: {
      host: listen.host,
      port: listen.port,
      ...(listen.tls && { tls: { cert: at(listen.tls.cert), key: at(listen.tls.key) } }),
    },
    trustedProxies: written.trustedProxies,
    allowedOrigins: written.allowedOrigins,
    outgoing: { ...outgoing, ...(outgoing.ca !== undefined && { ca: at(outgoing.ca) }) },
    database,
    seal: assembleSeal(written, sealKeys, database, at),
    signing: { algorithm: signing.algorithm },
    tokens: written.tokens,
    sessions: written.sessions,
    limits: written.limits,
    branding: {
      name: branding.name,
      ...(branding.logo !== undefined && { logo: at(branding.logo) }),
      ...(branding.css !== undefined && { css: at(branding.css) }),
    },
    log: written.log,
    plugins: written.plugins,
    connectors: written.connectors.map((connector, index) =>
      assembleConnector(connector, connectorConfigs[index], definitions, at),
    ),
    clients: written.demo ? [...clients, demoClient(written.issuer, signing.algorithm)] : clients,
    users: written.users.map(assembleUser),
    ...(firstUser && { firstUser }),
    demo: written.demo,
  };
}

function assembleDatabase({ database }: Written, at: (path: string) => string): Database {
  if (!database.url) return { kind: 'embedded', path: at(database.embedded ?? 'var/postgres') };
  const url = database.url.reveal();
  return {
    kind: 'url',
    url,
    directUrl: database.directUrl?.reveal() ?? url,
    poolSize: database.poolSize,
    preparedStatements: database.preparedStatements,
    statementTimeout: database.statementTimeout * 1000,
  };
}

/** Beside the embedded database, so that whoever moves or removes the one has the other in sight. */
function assembleSeal(
  { seal }: Written,
  keys: readonly SealKey[],
  database: Database,
  at: (path: string) => string,
): SealConfig {
  if (seal.keys) return { kind: 'keys', keys };
  if (seal.file !== undefined) return { kind: 'file', path: at(seal.file) };
  return {
    kind: 'file',
    path: database.kind === 'embedded' ? join(dirname(database.path), 'seal.key') : at('var/seal.key'),
  };
}

function assembleConnector(
  { id, type, name, mark, domains, rules }: Written['connectors'][number],
  config: unknown,
  definitions: readonly AnyConnectorDefinition[],
  at: (path: string) => string,
): ConnectorEntry {
  const title = definitions.find((definition) => definition.type === type)?.title ?? type;
  return {
    id,
    type,
    name: name ?? title,
    ...(mark !== undefined && { mark: at(mark) }),
    domains: domains.map((domain) => domain.toLowerCase()),
    config,
    rules,
  };
}

function assembleClient(client: WrittenClient, algorithm: SigningAlgorithm): Client {
  const { secrets, ...rest } = client;
  return {
    ...rest,
    name: client.name ?? client.id,
    idTokenAlgorithm: client.idTokenAlgorithm ?? algorithm,
    secretHashes: secrets.map((secret) => createHash('sha256').update(secret.reveal()).digest('hex')),
  };
}

function assembleUser(user: Written['users'][number]): ConfiguredUser {
  const email = user.email.toLowerCase();
  return { ...user, id: user.id ?? userIdFromEmail(email), email };
}
