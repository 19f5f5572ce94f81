/**
 * Who serves the pages of a try.
 *
 * Upstreams send browsers to the one address that is registered there, `<issuer>/callback/<id>`. Where a server has it
 * already, the try travels through that one, by way of the database that both use; otherwise the command serves the
 * address itself for as long as the try lasts.
 */
import type { Config } from '@gatehouse/config';
import { MemoryTries, type Tries } from '@gatehouse/core';
import { type OpenConnector, openTryApp, startServer } from '@gatehouse/server';
import type { CommandContext } from '../../context.ts';
import { CommandFailure } from '../../failure.ts';
import { openStorage } from '../../open-storage.ts';
import { commandLog } from '../command-log.ts';

export interface Door {
  readonly tries: Tries;
  /** `running`: another process answers at the issuer's address. */
  readonly kind: 'own' | 'running';
  /** Where this command listens, or the other process: `127.0.0.1:5556`. */
  readonly listensAt: string;
  close(): Promise<void>;
}

export interface DoorOptions {
  readonly config: Config;
  readonly connector: OpenConnector;
  readonly context: CommandContext;
  /** Where to serve by all means. */
  readonly port: number | undefined;
}

/** Milliseconds. */
const probeTime = 5_000;

export async function openDoor(options: DoorOptions): Promise<Door> {
  const { config, port } = options;
  if (port !== undefined) return await openOwn(options, port);
  if (await isServed(config.issuer)) return await openRunning(options);
  try {
    return await openOwn(options, config.listen.port);
  } catch (error) {
    // Somebody listens, though the issuer does not lead there from here: behind a proxy, or by a name of the inside.
    if (isInUse(error)) return await openRunning(options);
    throw error;
  }
}

async function openOwn({ config, connector, context }: DoorOptions, port: number): Promise<Door> {
  const { terminal, now } = context;
  const tries = new MemoryTries(now);
  const log = commandLog(terminal);
  const app = await openTryApp({ config, connector, tries, log: quiet(log) });
  const listen = { ...config.listen, port };
  const server = await startServer({ app, config: { listen }, log }).catch((cause: unknown) => {
    throw new CommandFailure('failed', cause instanceof Error ? cause.message : String(cause), { cause });
  });
  return {
    tries,
    kind: 'own',
    listensAt: placeOf(server.address),
    close: () => server.close(AbortSignal.timeout(1_000)),
  };
}

async function openRunning({ config, context }: DoorOptions): Promise<Door> {
  const { terminal, now } = context;
  const storage = await openStorage(config, {
    log: commandLog(terminal),
    now,
    progress: (line) => terminal.error(line),
    tables: 'check',
  });
  return {
    tries: storage.store.tries,
    kind: 'running',
    listensAt: placeOf(config.listen),
    close: storage.close,
  };
}

function placeOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What a browser did wrong is on its page. */
function quiet(log: ReturnType<typeof commandLog>) {
  return { ...log, warn: () => {} };
}

async function isServed(issuer: string): Promise<boolean> {
  const address = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(probeTime), redirect: 'manual' });
    return response.ok && String(await response.text()).includes(issuer);
  } catch {
    return false;
  }
}

/**
 * A server of an older version, or with another database, knows nothing of the try: that is better told before somebody
 * has signed in. One that cannot be asked from here may be reached by the browser all the same.
 * @returns whether it could be asked
 */
export async function assertServes(address: string): Promise<boolean> {
  const signal = AbortSignal.timeout(probeTime);
  const response = await fetch(address, { signal, redirect: 'manual' }).catch(() => undefined);
  if (response === undefined) return false;
  if (response.ok) return true;
  throw new CommandFailure(
    'failed',
    `The server at the issuer's address does not know of this try (${response.status}).`,
    {
      advice: [
        'It must have the same database as this configuration, and a version that has `connector try`.',
        'Or stop it, and run the command where the address leads: it then serves the sign-in by itself.',
      ],
    },
  );
}

function isInUse(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === 'EADDRINUSE') return true;
  }
  return false;
}
