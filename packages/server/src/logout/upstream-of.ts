/** With which upstream somebody has signed in, if a sign-out can go on there. */
import type { Connector, Json } from '@gatehouse/connector-kit';
import type { StoredIdentity } from '@gatehouse/core';
import type { Connectors, OpenConnector } from '../connectors/open-connector.ts';
import { currentUnit } from '../http/unit-of-work.ts';

export interface Upstream {
  readonly entry: OpenConnector['entry'];
  readonly stored: StoredIdentity;
  readonly logout: NonNullable<Connector<Json>['logout']>;
}

/** Null where the connector has no way to sign out, or is not configured any more. */
export async function upstreamOf(connectors: Connectors, subject: string): Promise<Upstream | null> {
  const stored = await currentUnit().identities.find(subject);
  const open = stored === null ? undefined : connectors.get(stored.connectorId);
  if (stored === null || open?.connector.logout === undefined) return null;
  return { entry: open.entry, stored, logout: open.connector.logout.bind(open.connector) };
}
