/** An openid-client for one call: it stops with the call, and its clock is the broker's. */
import type { Call, ConnectorHost } from '@gatehouse/connector-kit';
import * as client from 'openid-client';
import { type ClientCredentials, clientAuth } from './client-authentication.ts';
import { upstreamFetch } from './upstream-fetch.ts';

export interface ClientOptions {
  readonly host: ConnectorHost;
  readonly call: Pick<Call, 'signal'>;
  readonly metadata: client.ServerMetadata;
  readonly clientId: string;
  readonly credentials: ClientCredentials;
  /** Seconds by which clocks may differ. */
  readonly clockTolerance: number;
  /** Where the operator has written `http:` addresses. */
  readonly plainHttp: boolean;
}

export async function openClient(options: ClientOptions): Promise<client.Configuration> {
  const { host, metadata, credentials } = options;
  const ahead = Math.round((host.now().getTime() - Date.now()) / 1000);
  const clocks = { [client.clockTolerance]: options.clockTolerance, [client.clockSkew]: ahead };
  const registered = { ...clocks, use_mtls_endpoint_aliases: credentials.tlsCertificate !== undefined };
  const auth = await clientAuth(credentials, metadata);
  const configuration = new client.Configuration(metadata, options.clientId, registered, auth);
  configuration[client.customFetch] = upstreamFetch(host, options.call);
  if (options.plainHttp) client.allowInsecureRequests(configuration);
  return configuration;
}
