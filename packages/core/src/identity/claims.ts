/** What a client gets to know about a person (OIDC Core 1.0, section 5.4, and Dex's scopes). */
import type { Client } from '../clients/client.ts';
import type { StoredIdentity } from '../ports/identities.ts';
import { admit, admitToAll } from './admit.ts';
import { displayNameOf } from './display-name.ts';
import type { IdentityRules } from './rules.ts';

/** The part of a connector entry that the rules need. */
export interface RuledEntry {
  readonly id: string;
  readonly rules: IdentityRules;
}

export interface Claims {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly preferred_username?: string;
  readonly groups?: readonly string[];
  readonly federated_claims?: { readonly connector_id: string; readonly user_id: string };
  /** Seconds since 1970: the upstream cannot be asked since then, and what is said here may be out of date. */
  readonly stale_since?: number;
}

export interface ClaimsRequest {
  readonly stored: StoredIdentity;
  readonly entry: RuledEntry;
  /** All that the token is for: see `audienceClients`. */
  readonly clients: readonly Client[];
  readonly scopes: readonly string[];
}

/**
 * The rules are applied each time, so that a changed rule acts on the next token.
 *
 * @throws BrokerError `not_allowed` or `reserved_name` when the rules no longer let this person in
 */
export function claimsFor({ stored, entry, clients, scopes }: ClaimsRequest): Claims {
  const { identity, connectorId } = stored;
  const admitted = admit({ connectorId, rules: entry.rules, identity });
  const { groups } = admitToAll(clients, admitted, connectorId);
  const asked = new Set(scopes);
  return {
    sub: stored.subject,
    ...(asked.has('email') && emailClaims(stored)),
    ...(asked.has('profile') && profileClaims(stored)),
    // An empty list is left out: kube-apiserver takes both for "no groups".
    ...(asked.has('groups') && groups.length > 0 && { groups }),
    ...(asked.has('federated:id') && {
      federated_claims: { connector_id: connectorId, user_id: identity.upstreamId },
    }),
    ...(stored.staleSince && { stale_since: Math.floor(stored.staleSince.getTime() / 1000) }),
  };
}

/** `email_verified` is always there: kube-apiserver takes an e-mail without it for a verified one. */
function emailClaims({ identity: { email } }: StoredIdentity) {
  return email?.address
    ? { email: email.address, email_verified: email.verified }
    : { email_verified: false };
}

function profileClaims({ identity }: StoredIdentity) {
  return { name: displayNameOf(identity), preferred_username: identity.username };
}
