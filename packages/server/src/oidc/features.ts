/** Every feature of the library, on or off by our choice and not by its defaults. */
import type { Client } from '@gatehouse/core';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { logoutForm } from './logout.ts';
import type { Pages } from './pages.ts';
import { mayIntrospect, mayRevoke } from './token-policies.ts';

const off = { enabled: false } as const;

/** Whether the person a token stands for is still let in. */
export type HasAccount = (ctx: KoaContextWithOIDC, token: Asked) => Promise<boolean>;

export function features(clients: ReadonlyMap<string, Client>, hasAccount: HasAccount, pages: Pages) {
  return {
    introspection: {
      enabled: true,
      allowedPolicy: async (ctx: KoaContextWithOIDC, client: { clientId: string }, token: Asked) =>
        mayIntrospect(clients, client.clientId, token) && (await hasAccount(ctx, token)),
    },
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx: KoaContextWithOIDC, client: { clientId: string }, token: Asked) =>
        mayRevoke(client.clientId, token),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: async (ctx: KoaContextWithOIDC) => pages.confirmLogout(ctx, logoutForm(ctx)),
      postLogoutSuccessSource: async (ctx: KoaContextWithOIDC) => pages.signedOut(ctx),
    },
    userinfo: { enabled: true },
    attestClientAuth: off,
    backchannelLogout: off,
    ciba: off,
    claimsParameter: off,
    clientCredentials: off,
    clientIdMetadataDocument: off,
    deviceFlow: off,
    devInteractions: off,
    dPoP: off,
    encryption: off,
    externalSigningSupport: off,
    fapi: off,
    jwtIntrospection: off,
    jwtResponseModes: off,
    jwtUserinfo: off,
    mTLS: off,
    openid4vci: off,
    pushedAuthorizationRequests: off,
    registration: off,
    registrationManagement: off,
    requestObjects: off,
    resourceIndicators: off,
    richAuthorizationRequests: off,
    rpMetadataChoices: off,
    webMessageResponseMode: off,
  };
}

export interface Asked {
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly scope?: string | undefined;
}
