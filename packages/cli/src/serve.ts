/**
 * The composition root: from a loaded configuration to a running server, and back to nothing.
 *
 * It owns the order in which things are opened, and closes them in the opposite one: requests first, then what they
 * use, the database last. It is the only place that knows every room.
 */
import type { Loaded } from '@gatehouse/config';
import { ensureSigningKeys } from '@gatehouse/core';
import { type OpenConnector, openApp, openLog, startServer } from '@gatehouse/server';
import { accountsOf, refuseTwins } from './accounts.ts';
import { version } from './commands/version.ts';
import { openConnectors } from './connectors.ts';
import type { CommandContext } from './context.ts';
import { CommandFailure } from './failure.ts';
import { ensureFirstUser } from './first-user.ts';
import { showAddress, showFirstUser } from './greeting.ts';
import { openStorage } from './open-storage.ts';
import { readOutgoing } from './outgoing.ts';
import { watchForShutdown } from './shutdown.ts';
import { watchDatabase } from './watch-database.ts';

/** Runs until a signal asks for the end. @returns the exit code */
export async function serve({ config, definitions }: Loaded, context: CommandContext): Promise<number> {
  const { terminal, env, now } = context;
  const log = openLog(config.log, process.stdout);
  await using open = new AsyncDisposableStack();
  const shutdown = open.use(watchForShutdown(log, context));

  const progress = (line: string) => terminal.error(line);
  const { store, database, close } = await openStorage(config, { log, now, progress, tables: 'migrate' });
  open.defer(close);

  await refuseTwins(config.users, store.users);
  const secrets = await store.secrets.ensure();
  const signingKeys = await ensureSigningKeys(store.signingKeys, { now: now() });
  const firstUser = await ensureFirstUser(config, store.users, env, log);
  if (firstUser) showFirstUser(firstUser, config, terminal);

  const accounts = accountsOf(config.users, store.users);
  const outgoing = await readOutgoing(config);
  const connectors = openConnectors(config, definitions, { store, accounts, outgoing, log, now });
  for (const connector of connectors.values()) open.defer(() => connector.close());

  const { app, runChores } = await openApp({
    config,
    connectors,
    store,
    secrets,
    signingKeys,
    log,
    now,
  }).catch(explain);
  open.defer(runBeside((signal) => Promise.all([runChores(signal), watchDatabase(database, log, signal)])));

  const server = await startServer({ app, config, log, tickets: takeTickets(connectors) }).catch(explain);
  open.defer(() => server.close(shutdown.hurry));

  // Who collects the log has no terminal in front of them.
  if (config.log.format === 'json') log.info({ issuer: config.issuer, ...server.address, version }, 'ready');
  showAddress(config, terminal);
  await shutdown.asked;
  return shutdown.exitCode;
}

function takeTickets(connectors: ReadonlyMap<string, OpenConnector>): boolean {
  return [...connectors.values()].some(
    ({ connector: { login } }) => login.kind === 'password' && login.negotiate !== undefined,
  );
}

/** The server's errors at the start are sentences that name the option: no stack adds to them. */
function explain(cause: unknown): never {
  throw new CommandFailure('failed', cause instanceof Error ? cause.message : String(cause), { cause });
}

/** @returns what ends the work and waits for it */
function runBeside(work: (signal: AbortSignal) => Promise<unknown>): () => Promise<void> {
  const end = new AbortController();
  const done = work(end.signal);
  return async () => {
    end.abort();
    await done;
  };
}
