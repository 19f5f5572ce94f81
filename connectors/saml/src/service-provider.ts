/** Our own side: the names and addresses that the identity provider knows us by. */
import type { SamlConfig } from './config.ts';

export interface ServiceProvider {
  readonly entityId: string;
  /** The assertion consumer service. */
  readonly acs: string;
  readonly logoutUrl: string;
}

/** @param issuer as written in the configuration */
export function serviceProvider(config: SamlConfig, issuer: string, id: string): ServiceProvider {
  const base = issuer.replace(/\/$/, '');
  const name = encodeURIComponent(id);
  const acs = config.callback === 'shared' ? `${base}/callback` : `${base}/callback/${name}`;
  return {
    entityId: config.entityId ?? `${base}/connectors/${name}/metadata`,
    acs,
    logoutUrl: `${base}/connectors/${name}/logout`,
  };
}
