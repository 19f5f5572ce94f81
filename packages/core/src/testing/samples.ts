/** People and clients for tests, of this package and of others. */
import type { Identity, Json } from '@gatehouse/connector-kit';
import type { Client } from '../clients/client.ts';
import type { StoredIdentity } from '../ports/identities.ts';

export function sampleIdentity(changes: Partial<Identity<Json>> = {}): Identity<Json> {
  return {
    upstreamId: '2342749',
    username: 'jane',
    displayName: 'Jane Doe',
    email: { address: 'jane@example.com', verified: true },
    groups: ['staff', 'cn-k8s-admins'],
    state: null,
    ...changes,
  };
}

export function sampleStored(changes: Partial<StoredIdentity> = {}): StoredIdentity {
  const at = new Date('2026-11-20T08:00:00Z');
  return {
    subject: 'CgcyMzQyNzQ5EgRjb3Jw',
    connectorId: 'corp',
    identity: sampleIdentity(),
    checkedAt: at,
    lastLoginAt: at,
    ...changes,
  };
}

export function sampleClient(changes: Partial<Client> = {}): Client {
  return {
    id: 'kubernetes',
    name: 'kubectl',
    public: true,
    native: true,
    trusted: true,
    silentLoopback: false,
    secretHashes: [],
    redirectUris: ['http://localhost:8000'],
    postLogoutRedirectUris: [],
    refreshTokens: 'always',
    refreshTokenLifetime: 'standalone',
    idTokenAlgorithm: 'RS256',
    trustedPeers: [],
    connectors: [],
    requireGroups: [],
    groups: {},
    allowedOrigins: [],
    ...changes,
  };
}
