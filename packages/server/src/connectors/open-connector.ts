/** A connector that the composition root has opened, with its entry in the configuration. */
import type { ConnectorEntry } from '@gatehouse/config';
import type { Connector, Json } from '@gatehouse/connector-kit';

export interface OpenConnector {
  readonly entry: ConnectorEntry;
  readonly connector: Connector<Json>;
}

/** By id, in the order of the configuration: that is the order of the choice page. */
export type Connectors = ReadonlyMap<string, OpenConnector>;
