/** A short visit to the store, also while a server runs on it. */
import type { Config } from '@gatehouse/config';
import type { Store } from '@gatehouse/core';
import { loadConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { commandLog } from './command-log.ts';
import type { ConfigOption } from './config-option.ts';

export async function withStore<T>(
  options: ConfigOption,
  context: CommandContext,
  work: (store: Store, config: Config) => Promise<T>,
): Promise<T> {
  const { terminal, now } = context;
  const { config } = await loadConfiguration(options, context);
  // Loaded when it is needed: `--help` and a mistyped command answer at once.
  const { openStorage } = await import('../open-storage.ts');
  const storage = await openStorage(config, {
    log: commandLog(terminal),
    now,
    progress: (line) => terminal.error(line),
    tables: 'check',
  });
  try {
    return await work(storage.store, config);
  } finally {
    await storage.close();
  }
}
