/** An identity provider that was written down by hand: it needs no asking. */
import type { SamlConfig } from './config.ts';
import type { Idp, IdpSource } from './idp.ts';

export class ConfiguredIdp implements IdpSource {
  readonly #idp: Idp;

  constructor(written: NonNullable<SamlConfig['idp']>) {
    const { entityId, certificates, ssoUrl, ssoBinding, logoutUrl, logoutBinding } = written;
    this.#idp = {
      entityId,
      certificates,
      signOn: [{ url: ssoUrl, binding: ssoBinding }],
      logout: logoutUrl === undefined ? [] : [{ url: logoutUrl, binding: logoutBinding }],
      wantsSignedRequests: false,
    };
  }

  async current(): Promise<Idp> {
    return this.#idp;
  }

  stale(): boolean {
    return false;
  }
}
