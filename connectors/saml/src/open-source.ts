/** Where this connector learns about its identity provider. */
import type { ConnectorHost } from '@gatehouse/connector-kit';
import type { Checker } from './checking/checker.ts';
import type { SamlConfig } from './config.ts';
import { ConfiguredIdp } from './configured-idp.ts';
import type { IdpSource } from './idp.ts';
import { MetadataSource } from './metadata/metadata-source.ts';

export function openSource({ idp, metadata }: SamlConfig, host: ConnectorHost, checker: Checker): IdpSource {
  if (idp !== undefined) return new ConfiguredIdp(idp);
  if (metadata !== undefined) return new MetadataSource(metadata, host, checker);
  throw new Error('the schema asks for one of the two');
}
