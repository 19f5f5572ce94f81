/** Makes the `mock` connector, for a broker that only this machine can reach. */
import { type ConnectorDefinition, ConnectorError, defineConnector } from '@gatehouse/connector-kit';
import { type MockConfig, mockConfig } from './config.ts';
import type { MockState } from './identity.ts';
import { MockConnector } from './mock-connector.ts';

export interface MockConnectorOptions {
  /** As written in the configuration. */
  readonly issuer: string;
}

const refusal =
  'the mock connector lets anybody be anybody, so it needs an issuer on a loopback address (http://127.0.0.1:5556); remove this connector';

/** A wrong issuer is a fault of each entry's configuration, so that `config check` shows it with its line. */
export function createMockConnector(
  options: MockConnectorOptions,
): ConnectorDefinition<MockConfig, MockState> {
  const issuer = loopback(options.issuer);
  return defineConnector({
    kit: 1,
    type: 'mock',
    title: 'Mock (for tests)',
    config: mockConfig.refine(() => issuer !== null, refusal),
    open(config, host) {
      if (issuer === null) throw new ConnectorError('misconfigured', { reason: refusal });
      return new MockConnector(config, host, issuer);
    },
  });
}

/** `localhost` and its subdomains are loopback by RFC 6761, section 6.3. */
function loopback(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null) return null;
  const { hostname } = url;
  const local =
    /^127(\.\d{1,3}){3}$/.test(hostname) || hostname === '[::1]' || /^(.+\.)?localhost$/.test(hostname);
  return local ? url : null;
}
