/**
 * The composition root: from a loaded configuration to a running server, and back to nothing.
 *
 * It owns the order in which things are opened, and closes them in the opposite one: requests first, then what they
 * use, the database last. It is the only place that knows every room.
 */
import type { Loaded } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import { ensureSigningKeys, type Store } from '@gatehouse/core';
import { createApp, keepHouse, openLog, openOidc, startServer } from '@gatehouse/server';
import { accountsOf, openConnectors } from './connectors.ts';
import type { CommandContext } from './context.ts';
import type { RunningDatabase } from './database.ts';
import { ensureFirstUser } from './first-user.ts';
import { showAddress, showFirstUser } from './greeting.ts';
import { openStorage } from './open-storage.ts';
import { watchForShutdown } from './shutdown.ts';
import { watchDatabase } from './watch-database.ts';

/** Runs until a signal asks for the end. @returns the exit code */
export async function serve({ config, definitions }: Loaded, context: CommandContext): Promise<number> {
  const { terminal, env, now } = context;
  const log = openLog(config.log, process.stdout);
  await using open = new AsyncDisposableStack();
  const shutdown = open.use(watchForShutdown(log));

  const progress = (line: string) => terminal.error(line);
  const { store, database, close } = await openStorage(config, { log, now, progress, tables: 'migrate' });
  open.defer(close);

  const secrets = await store.secrets.ensure();
  const signingKeys = await ensureSigningKeys(store.signingKeys, { now: now() });
  const firstUser = await ensureFirstUser(config, store.users, env, log);
  if (firstUser) showFirstUser(firstUser, config, terminal);

  const connectors = openConnectors(config, definitions, {
    ...store,
    log,
    now,
    accounts: accountsOf(config.users, store.users),
  });
  for (const { connector } of connectors.values()) open.defer(async () => connector.close?.());

  const oidc = await openOidc({ config, secrets, signingKeys, connectors, store, log, now });
  const app = createApp({ config, secrets, connectors, oidc, store, log, now });
  const server = await startServer({ app, config, log });
  open.defer(() => server.close(shutdown.hurry));

  open.defer(runChores(store, database, log));
  showAddress(config, terminal);
  await shutdown.asked;
  return shutdown.exitCode;
}

/** What happens beside the requests. @returns what ends it */
function runChores(store: Store, database: RunningDatabase, log: Log): () => Promise<void> {
  const end = new AbortController();
  const chores = [keepHouse({ store, log, signal: end.signal }), watchDatabase(database, log, end.signal)];
  return async () => {
    end.abort();
    await Promise.all(chores);
  };
}
