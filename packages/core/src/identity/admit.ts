/** Who is let in: the rules of the connector entry first, then those of the client. */
import type { Identity, Json } from '@gatehouse/connector-kit';
import { allowsConnector, type Client } from '../clients/client.ts';
import { BrokerError } from '../errors.ts';
import { anyOf, compilePattern } from './group-pattern.ts';
import { filterOf, type MappedGroups, mapGroups } from './groups.ts';
import { isReadable } from './readable-text.ts';
import { isReserved } from './reserved.ts';
import type { GroupPattern, IdentityRules } from './rules.ts';

/** The person may come in, with these groups. */
export type Admitted = MappedGroups;

export interface Candidate {
  readonly connectorId: string;
  readonly rules: IdentityRules;
  readonly identity: Identity<Json>;
}

/**
 * Applies a connector entry's rules.
 *
 * `require` and `deny` look at the upstream's own group names, before rename, include, exclude and prefix: an
 * operator writes them with the directory in front of them, and a mapping that is changed for the sake of a cluster
 * must not open or close the door. `deny` has the last word.
 *
 * @throws BrokerError `not_allowed` with the rule in its message, `reserved_name` for a `system:` person,
 *   `bad_upstream_response` for a user name or e-mail that is no readable text
 */
export function admit({ connectorId, rules, identity }: Candidate): Admitted {
  checkNames(connectorId, identity);
  const refusal = refusalOf(rules, identity.groups);
  if (refusal !== null) throw new BrokerError('not_allowed', { reason: refusal, connectorId });
  return mapGroups(identity.groups, rules.groups);
}

/**
 * Applies a client's demands to somebody whom the connector entry has admitted. `requireGroups` and the group
 * filter look at the names that are left after the connector's rules: a client knows only those.
 *
 * @throws BrokerError `not_allowed` with the rule in its message
 */
export function admitToClient(client: Client, admitted: Admitted, connectorId: string): Admitted {
  const refusal = clientRefusalOf(client, admitted, connectorId);
  if (refusal !== null) {
    throw new BrokerError('not_allowed', { reason: `client ${client.id}: ${refusal}`, connectorId });
  }
  return { ...admitted, groups: admitted.groups.filter(filterOf(client.groups)) };
}

/**
 * Admits somebody to all clients that a token is for, and leaves the groups that each of them would see.
 *
 * Attack: a cluster takes people of one connector, or of one group, only; another client that it trusts to ask for
 * its tokens (`trustedPeers`) takes everybody. Whoever signs in there would hold a token that the cluster accepts.
 *
 * @throws BrokerError `not_allowed` with the client and the rule in its message
 */
export function admitToAll(clients: readonly Client[], admitted: Admitted, connectorId: string): Admitted {
  const seen = clients.map((client) => new Set(admitToClient(client, admitted, connectorId).groups));
  return {
    ...admitted,
    groups: admitted.groups.filter((group) => seen.every((groups) => groups.has(group))),
  };
}

function checkNames(connectorId: string, { username, displayName, email }: Identity<Json>): void {
  const names = { username, displayName, 'e-mail': email?.address };
  for (const [what, name] of Object.entries(names)) {
    if (name !== undefined && isReserved(name)) {
      throw new BrokerError('reserved_name', { reason: `the ${what} begins with system:`, connectorId });
    }
  }
  // A verifier may take either for the user's name; broken text could be read as somebody else's.
  if (!isReadable(username) || !isReadable(email?.address ?? '')) {
    throw new BrokerError('bad_upstream_response', {
      reason: 'the user name or e-mail is not readable text',
      connectorId,
    });
  }
}

function refusalOf(rules: IdentityRules, groups: readonly string[]): string | null {
  const { anyGroup, allGroups = [] } = rules.require ?? {};
  const denied = rules.deny?.groups?.find((pattern) => groups.some(compilePattern(pattern)));
  if (denied !== undefined) return `deny.groups: in ${denied}`;
  if (anyGroup !== undefined && !groups.some(anyOf(anyGroup)))
    return `require.anyGroup: in none of ${listed(anyGroup)}`;
  const missing = allGroups.find((pattern) => !groups.some(compilePattern(pattern)));
  return missing === undefined ? null : `require.allGroups: not in ${missing}`;
}

function clientRefusalOf(client: Client, { groups }: Admitted, connectorId: string): string | null {
  if (!allowsConnector(client, connectorId)) {
    return `connectors: ${connectorId} is not one of them`;
  }
  if (client.requireGroups.length > 0 && !groups.some(anyOf(client.requireGroups))) {
    return `requireGroups: in none of ${listed(client.requireGroups)}`;
  }
  return null;
}

/** The operator's own words; the groups of the person are told at level `debug` by the connector. */
function listed(patterns: readonly GroupPattern[]): string {
  const shown = patterns.slice(0, 10).join(', ');
  return patterns.length > 10 ? `${shown} and ${patterns.length - 10} more` : shown || 'no groups at all';
}
