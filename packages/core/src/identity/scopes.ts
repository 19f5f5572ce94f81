/** Which scopes exist, and which audiences they ask for. */
import type { Client } from '../clients/client.ts';

const plainScopes = new Set(['openid', 'email', 'profile', 'groups', 'offline_access', 'federated:id']);
const audiencePrefix = 'audience:server:client_id:';

export interface Scopes {
  /** The known ones, each once, in the order of the request; audience scopes are among them. */
  readonly known: readonly string[];
  /** Refused with `invalid_scope`. */
  readonly unknown: readonly string[];
}

/** The scopes that every client may ask for; audience scopes have a client's id in them and are not listed. */
export const listedScopes: readonly string[] = [...plainScopes];

/** Asks for `clientId` in the audience of the token. */
export function audienceScope(clientId: string): string {
  return audiencePrefix + clientId;
}

/** The client that an audience scope names (empty where the name is missing); undefined for every other scope. */
export function audienceOf(scope: string): string | undefined {
  return scope.startsWith(audiencePrefix) ? scope.slice(audiencePrefix.length) : undefined;
}

/** RFC 6749, section 3.3: separated by spaces. */
export function parseScopes(scope: string): Scopes {
  const all = [...new Set(scope.split(' ').filter((part) => part !== ''))];
  return { known: all.filter(isKnown), unknown: all.filter((part) => !isKnown(part)) };
}

/** The requested peer does not exist or does not trust this client. The same for both: it names no client. */
export class AudienceRefused extends Error {
  override readonly name = 'AudienceRefused';
  readonly scope: string;
  constructor(scope: string) {
    super(`the client cannot request the scope ${scope}`);
    this.scope = scope;
  }
}

/**
 * The `aud` of an ID token: the peers asked for, in the order of the request, then the client itself unless it was
 * one of them. A peer must list the client under `trustedPeers`; call it again on every refresh.
 *
 * @throws AudienceRefused
 */
export function audiencesOf(
  scopes: readonly string[],
  client: Client,
  clientOf: (id: string) => Client | undefined,
): readonly string[] {
  const peers = scopes.map(audienceOf).filter((id) => id !== undefined);
  const refused = peers.find((id) => id !== client.id && !clientOf(id)?.trustedPeers.includes(client.id));
  if (refused !== undefined) throw new AudienceRefused(audienceScope(refused));
  return [...new Set([...peers, client.id])];
}

/** The clients that a token with these scopes is for: the one that asks, and the peers that it names. */
export function audienceClients(
  scopes: readonly string[],
  client: Client,
  clientOf: (id: string) => Client | undefined,
): readonly Client[] {
  const named = scopes.map((scope) => clientOf(audienceOf(scope) ?? ''));
  return [...new Set([client, ...named.filter((peer) => peer !== undefined)])];
}

function isKnown(scope: string): boolean {
  return plainScopes.has(scope) || Boolean(audienceOf(scope));
}
