/** Our own side: the names and addresses that the identity provider knows us by. */
import type { SamlConfig } from './config.ts';

export class ServiceProvider {
  readonly entityId: string;
  /** Where logouts go, of both kinds. */
  readonly logoutUrl: string;
  /** Where Dex had its answers sent, for all connectors. */
  readonly #sharedAcs: string | undefined;

  /** @param issuer as written in the configuration */
  constructor(config: SamlConfig, issuer: string, id: string) {
    const base = issuer.replace(/\/$/, '');
    const own = `${base}/connectors/${encodeURIComponent(id)}`;
    this.entityId = config.entityId ?? `${own}/metadata`;
    this.logoutUrl = `${own}/logout`;
    this.#sharedAcs = config.callback === 'shared' ? `${base}/callback` : undefined;
  }

  /** The assertion consumer service. */
  acs(callbackUrl: URL): string {
    return this.#sharedAcs ?? callbackUrl.href;
  }
}
