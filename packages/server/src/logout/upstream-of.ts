/** With which upstream somebody has signed in, if a sign-out can go on there. */
import type { Connector, Json } from '@gatehouse/connector-kit';
import { parseSubject } from '@gatehouse/core';
import type { Connectors, OpenConnector } from '../connectors/open-connector.ts';

export interface Upstream {
  readonly entry: OpenConnector['entry'];
  readonly logout: NonNullable<Connector<Json>['logout']>;
}

/**
 * Null where the connector has no way to sign out, or is not configured any more. Nothing is read for it: a sealed state
 * that cannot be opened any more must not keep anybody from signing out.
 */
export function upstreamOf(connectors: Connectors, subject: string): Upstream | null {
  const open = connectors.get(parseSubject(subject)?.connectorId ?? '');
  if (open?.connector.logout === undefined) return null;
  return { entry: open.entry, logout: open.connector.logout.bind(open.connector) };
}
