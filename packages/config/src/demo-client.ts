/** The client that `demo: true` brings: it signs people in and shows them the token they got. */
import type { Client, SigningAlgorithm } from '@gatehouse/core';

export const demoClientId = 'demo';

/** Below the issuer, so that it is the broker itself that receives the code. */
export const demoCallbackPath = '/demo/callback';

export function demoClient(issuer: string, algorithm: SigningAlgorithm): Client {
  return {
    id: demoClientId,
    name: 'Demo',
    public: true,
    native: false,
    trusted: true,
    silentLoopback: false,
    secretHashes: [],
    redirectUris: [issuer + demoCallbackPath],
    postLogoutRedirectUris: [`${issuer}/`],
    refreshTokens: 'never',
    refreshTokenLifetime: 'standalone',
    idTokenAlgorithm: algorithm,
    trustedPeers: [],
    connectors: [],
    requireGroups: [],
    groups: {},
    allowedOrigins: [],
  };
}
