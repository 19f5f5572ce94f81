/** One configured GitHub: what every part of the connector is given. */
import type { ConnectorHost } from '@gatehouse/connector-kit';
import type { GithubConfig } from './config.ts';
import type { Places } from './places.ts';

export interface Upstream extends Places {
  readonly config: GithubConfig;
  readonly host: ConnectorHost;
}
