/** Our clients as the library sees them. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Client } from '@gatehouse/core';
import type { ClientMetadata, default as Provider } from 'oidc-provider';

type ClientClass = Provider['Client'];

/** A client of the library that knows ours. */
export type LibraryClient = InstanceType<ClientClass>;

/**
 * Secrets are known by their hashes only, so the library is told that none is needed and asks us to compare.
 * It finds clients by `this.find`, in the map it is given.
 */
export function clientClass(
  Base: ClientClass,
  clients: ReadonlyMap<string, Client>,
): { readonly Class: ClientClass; readonly build: () => void } {
  const instances = new Map<string, LibraryClient>();

  const Ours = class Client extends (Base as new (metadata: ClientMetadata) => LibraryClient) {
    static async find(id: unknown): Promise<LibraryClient | undefined> {
      return typeof id === 'string' ? instances.get(id) : undefined;
    }

    static needsSecret(): boolean {
      return false;
    }

    /** Every code carries the `sid` of its browser session and client. */
    override includeSid(): boolean {
      return true;
    }

    /** All hashes are compared, whichever matches: the time tells nothing. */
    override compareClientSecret(actual: string): boolean {
      const given = createHash('sha256').update(actual, 'utf8').digest();
      const hashes = clients.get(this.clientId)?.secretHashes ?? [];
      return hashes.map((hash) => timingSafeEqual(Buffer.from(hash, 'hex'), given)).includes(true);
    }
  };
  return {
    Class: Ours as unknown as ClientClass,
    /** Later, because a client is checked against a provider that is whole. @throws Error naming the client */
    build: () => {
      for (const client of clients.values()) instances.set(client.id, build(Ours, client));
    },
  };
}

function build(Class: new (metadata: ClientMetadata) => LibraryClient, client: Client): LibraryClient {
  try {
    return new Class(metadataOf(client));
  } catch (error) {
    const why = error instanceof Error && 'error_description' in error ? error.error_description : error;
    throw new Error(`client "${client.id}" cannot be served: ${why}`, { cause: error });
  }
}

/** A client without redirect addresses is an audience only: others ask for tokens for it. */
function metadataOf(client: Client): ClientMetadata {
  const signsIn = client.redirectUris.length > 0;
  const refreshes = signsIn && client.refreshTokens !== 'never';
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.native ? 'native' : 'web',
    token_endpoint_auth_method: client.public ? 'none' : 'client_secret_basic',
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...client.postLogoutRedirectUris],
    response_types: signsIn ? ['code'] : [],
    grant_types: [...(signsIn ? ['authorization_code'] : []), ...(refreshes ? ['refresh_token'] : [])],
    id_token_signed_response_alg: client.idTokenAlgorithm,
    subject_type: 'public',
  };
}
