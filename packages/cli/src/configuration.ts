/** The configuration with the connectors that this build brings and those that its plugins bring. */
import { type AnyConnectorDefinition, type Loaded, loadConfig } from '@gatehouse/config';
import github from '@gatehouse/connector-github';
import ldap from '@gatehouse/connector-ldap';
import { checkPasswordHash, createLocalConnector, type LocalDirectory } from '@gatehouse/connector-local';
import { createMockConnector } from '@gatehouse/connector-mock';
import oauth2 from '@gatehouse/connector-oauth2';
import oidc from '@gatehouse/connector-oidc';
import { createSamlConnector } from '@gatehouse/connector-saml';
import { type ConfigOption, configPath } from './commands/config-option.ts';
import type { CommandContext } from './context.ts';
import { loadPlugin } from './plugins.ts';

/** @throws ConfigError with every problem and its place */
export function loadConfiguration(option: ConfigOption, context: CommandContext): Promise<Loaded> {
  return loadConfig({
    path: configPath(option, context),
    env: context.env,
    definitions: (issuer) => builtInDefinitions({ accounts: noAccounts, issuer }),
    loadPlugin,
    checkPasswordHash: (hash) => checkPasswordHash(hash) ?? null,
  });
}

/** In the order in which they are named to people. */
export function builtInDefinitions({ accounts, issuer }: BuiltInOptions): readonly AnyConnectorDefinition[] {
  return [
    ldap,
    createSamlConnector({ issuer }),
    github,
    oidc,
    oauth2,
    createLocalConnector({ users: accounts }),
    createMockConnector({ issuer }),
  ];
}

export interface BuiltInOptions {
  readonly accounts: LocalDirectory;
  readonly issuer: string;
}

/** A configuration is read before there is a database to ask; `openConnectors` brings the real ones. */
export const noAccounts: LocalDirectory = {
  findByEmail: async () => null,
  findById: async () => null,
  list: async () => [],
};
