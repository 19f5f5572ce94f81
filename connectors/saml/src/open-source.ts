/** Where this connector learns about its identity provider. */
import type { ConnectorHost } from '@gatehouse/connector-kit';
import type { SamlConfig } from './config.ts';
import { ConfiguredIdp } from './configured-idp.ts';
import type { IdpSource } from './idp.ts';

export function openSource({ idp }: SamlConfig, _host: ConnectorHost): IdpSource {
  if (idp === undefined) throw new Error('the schema asks for an identity provider');
  return new ConfiguredIdp(idp);
}
