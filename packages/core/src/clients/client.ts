/** A registered OIDC client: a cluster, Argo CD, a CLI. */
import type { GroupFilter, GroupPattern } from '../identity/rules.ts';
import type { SigningAlgorithm } from '../ports/signing-keys.ts';

export interface Client {
  readonly id: string;
  readonly name: string;
  /** No secret: PKCE takes its place (RFC 7636). */
  readonly public: boolean;
  /** RFC 8252: loopback redirects on any port, and a click when only the session answers. */
  readonly native: boolean;
  /** No consent page. */
  readonly trusted: boolean;
  /** Lets a native client have tokens from the session alone, without a click. Any local process could ask. */
  readonly silentLoopback: boolean;
  /** Hashes of the accepted secrets; two at a time while one is being replaced. */
  readonly secretHashes: readonly string[];
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly refreshTokens: 'always' | 'requested' | 'never';
  readonly refreshTokenLifetime: 'standalone' | 'session';
  readonly idTokenAlgorithm: SigningAlgorithm;
  /** Ids of clients that may ask for tokens with this client in `aud` (Dex's `trustedPeers`). */
  readonly trustedPeers: readonly string[];
  /** Connectors that may be used; empty for all. */
  readonly connectors: readonly string[];
  /** The person must be in one of these, after the connector's own rules; empty for no demand. */
  readonly requireGroups: readonly GroupPattern[];
  readonly groups: GroupFilter;
  /** Origins that may call the token endpoint from a browser, besides the global ones. */
  readonly allowedOrigins: readonly string[];
}

export function allowsConnector({ connectors }: Pick<Client, 'connectors'>, connectorId: string): boolean {
  return connectors.length === 0 || connectors.includes(connectorId);
}
