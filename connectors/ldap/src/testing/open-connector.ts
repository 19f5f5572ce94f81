/** The connector as a broker would open it, against an OpenLDAP of the test. */
import type { Connector, ConnectorHost, Identity } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import type { OpenLdap } from '../../../../tests/support/openldap.ts';
import { configSchema } from '../config.ts';
import ldap from '../index.ts';
import type { State } from '../people/identity.ts';

export function openConnector(
  config: Readonly<Record<string, unknown>>,
  host: ConnectorHost = testHost(),
): Connector<State> {
  return ldap.open(configSchema.parse(config), host);
}

/** LDAPS with the right CA, as the administrator of the directory. */
export function secureConfig(directory: OpenLdap): Readonly<Record<string, unknown>> {
  return {
    host: `localhost:${directory.ldapsPort}`,
    ca: directory.ca,
    bindDn: directory.adminDn,
    bindPassword: directory.adminPassword,
  };
}

export function plainConfig(port: number): Readonly<Record<string, unknown>> {
  return { host: `127.0.0.1:${port}`, insecureNoTls: true };
}

export async function signIn(
  connector: Connector<State>,
  username: string,
  password: string,
): Promise<Identity<State> | null> {
  if (connector.login.kind !== 'password') throw new Error('not a password connector');
  return connector.login.verify({ username, password }, testCall());
}
