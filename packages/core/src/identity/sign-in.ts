/** The moment an upstream has told us who somebody is: rules, subject, and the identity into the unit of work. */
import type { Identity, Json, Log } from '@gatehouse/connector-kit';
import type { Client } from '../clients/client.ts';
import type { StoredIdentity } from '../ports/identities.ts';
import type { Unit } from '../ports/unit.ts';
import { admit, admitToClient } from './admit.ts';
import type { RuledEntry } from './claims.ts';
import { logUnreadableName } from './display-name.ts';
import { logDroppedGroups } from './dropped-groups.ts';
import { subjectOf } from './subject.ts';

export interface SignIn {
  readonly unit: Pick<Unit, 'identities'>;
  readonly entry: RuledEntry;
  readonly client: Client;
  readonly identity: Identity<Json>;
  readonly now: Date;
  readonly log: Log;
}

/**
 * Nobody who is refused is stored. What is stored is what the upstream said, before our rules.
 *
 * @throws BrokerError `not_allowed`, `reserved_name` or `bad_upstream_response`
 */
export function recordSignIn({ unit, entry, client, identity, now, log }: SignIn): {
  readonly subject: string;
  readonly stored: StoredIdentity;
} {
  const connectorId = entry.id;
  const subject = subjectOf(connectorId, identity.upstreamId);
  const admitted = admit({ connectorId, rules: entry.rules, identity });
  logDroppedGroups(log, { connectorId, subject }, admitted);
  logUnreadableName(log, { connectorId, subject }, identity);
  admitToClient(client, admitted, connectorId);
  const stored = { subject, connectorId, identity, checkedAt: now, lastLoginAt: now };
  unit.identities.save(stored);
  return { subject, stored };
}
