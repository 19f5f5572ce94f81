/** Makes the `saml` connector for a broker of a certain address: requests and metadata carry it. */
import { type ConnectorDefinition, defineConnector } from '@gatehouse/connector-kit';
import { check } from './check.ts';
import { Checker } from './checking/checker.ts';
import { configSchema, type SamlConfig } from './config.ts';
import type { SamlState } from './identity.ts';
import { SamlLogin } from './login.ts';
import { SamlLogout } from './logout/logout.ts';
import { metadataType, ownMetadata } from './metadata/own-metadata.ts';
import { openSource } from './open-source.ts';
import { ServiceProvider } from './service-provider.ts';

export interface SamlConnectorOptions {
  /** As written in the configuration. */
  readonly issuer: string;
}

export function createSamlConnector({
  issuer,
}: SamlConnectorOptions): ConnectorDefinition<SamlConfig, SamlState> {
  const checker = new Checker();
  return defineConnector<SamlConfig, SamlState>({
    kit: 1,
    type: 'saml',
    title: 'SAML 2.0',
    config: configSchema,
    http({ idp, metadata }) {
      const urls = [metadata?.url, idp?.ssoUrl].filter((url) => url !== undefined);
      return { urls, ...(metadata?.ca !== undefined && { ca: metadata.ca }) };
    },
    open(config, host) {
      const us = new ServiceProvider(config, issuer, host.id);
      const room = { config, host, us, source: openSource(config, host, checker), checker };
      const logout = new SamlLogout(room);
      checker.open();
      let closed = false;
      return {
        mark: 'saml',
        login: new SamlLogin(room),
        // A provider that signs people out on an unsigned word would do it for everybody.
        ...(config.signing && { logout: (wish, call) => logout.leave(wish, call) }),
        endpoints: { logout: (arrival, call) => logout.answer(arrival, call) },
        metadata: (callbackUrl) => ({
          contentType: metadataType,
          body: ownMetadata(config, us, callbackUrl),
        }),
        check: (call) => check(room, call),
        async close() {
          if (closed) return;
          closed = true;
          await checker.close();
        },
      };
    },
  });
}
