/** Our own side: the names and addresses that the identity provider knows us by. */
import type { SamlConfig } from './config.ts';

export class ServiceProvider {
  readonly entityId: string;
  /** Where logouts go, of both kinds. */
  readonly logoutUrl: string;
  /** OpenID Connect Core 1.0, section 4: the application learns who asks it to begin. */
  readonly unasked: URL | undefined;
  /** Where Dex had its answers sent, for all connectors. */
  readonly #sharedAcs: string | undefined;

  /** @param issuer as written in the configuration */
  constructor(config: SamlConfig, issuer: string, id: string) {
    const base = issuer.replace(/\/$/, '');
    const own = `${base}/connectors/${encodeURIComponent(id)}`;
    this.entityId = config.entityId ?? `${own}/metadata`;
    this.logoutUrl = `${own}/logout`;
    this.unasked = unaskedOf(config, issuer);
    this.#sharedAcs = config.callback === 'shared' ? `${base}/callback` : undefined;
  }

  /** The assertion consumer service. */
  acs(callbackUrl: URL): string {
    return this.#sharedAcs ?? callbackUrl.href;
  }
}

function unaskedOf({ unsolicited }: SamlConfig, issuer: string): URL | undefined {
  if (unsolicited === undefined) return undefined;
  const url = new URL(unsolicited.initiateLoginUri);
  url.searchParams.set('iss', issuer);
  return url;
}
