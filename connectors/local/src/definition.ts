/** Makes the `local` connector for one user directory. */
import { type ConnectorDefinition, defineConnector } from '@gatehouse/connector-kit';
import { type LocalConfig, localConfig } from './config.ts';
import type { LocalDirectory } from './directory.ts';
import { defaultLimits, HashQueue, type HashQueueLimits } from './hash-queue.ts';
import { LocalConnector, type LocalState } from './local-connector.ts';

export interface LocalConnectorOptions {
  readonly users: LocalDirectory;
  /** One bound for all entries of this type. */
  readonly hashing?: HashQueueLimits;
}

export function createLocalConnector(
  options: LocalConnectorOptions,
): ConnectorDefinition<LocalConfig, LocalState> {
  const queue = new HashQueue(options.hashing ?? defaultLimits);
  return defineConnector({
    kit: 1,
    type: 'local',
    title: 'Gatehouse account',
    config: localConfig,
    open: (config, host) => new LocalConnector(config, host, options.users, queue),
  });
}
