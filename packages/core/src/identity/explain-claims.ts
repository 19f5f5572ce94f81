/** What each client would get to know about somebody, by the same code that makes its tokens. */
import type { Client } from '../clients/client.ts';
import { BrokerError, type ErrorCode } from '../errors.ts';
import type { StoredIdentity } from '../ports/identities.ts';
import { type Claims, claimsFor, type RuledEntry } from './claims.ts';

export type ClientView =
  | { readonly client: Client; readonly claims: Claims }
  | { readonly client: Client; readonly refused: { readonly code: ErrorCode; readonly reason: string } };

/** What clients usually ask for. */
export const usualScopes: readonly string[] = ['openid', 'email', 'profile', 'groups'];

export function explainClaims(
  stored: StoredIdentity,
  entry: RuledEntry,
  clients: readonly Client[],
): readonly ClientView[] {
  return clients.map((client) => {
    try {
      return { client, claims: claimsFor({ stored, entry, clients: [client], scopes: usualScopes }) };
    } catch (error) {
      if (!(error instanceof BrokerError)) throw error;
      return { client, refused: { code: error.code, reason: error.message } };
    }
  });
}
