/**
 * When to stop. The first SIGTERM or SIGINT asks for an orderly end; another one, later, for a quick one.
 *
 * It owns the process's signal handlers and its last words about an error that nobody caught.
 */
import type { Log } from '@gatehouse/connector-kit';
import type { CommandContext } from './context.ts';

export interface Shutdown {
  /** Resolves when the end is asked for. */
  readonly asked: Promise<void>;
  /** Aborted when nobody wants to wait for requests any more. */
  readonly hurry: AbortSignal;
  /** 0, or 1 when an error that nobody caught was the reason. */
  readonly exitCode: 0 | 1;
  [Symbol.dispose](): void;
}

/** Ctrl-C reaches us twice, from the terminal and from npm: what comes within a second is the same wish. */
const sameWish = 1_000;
const orphanCheck = 1_000;
/** Whoever is in a hurry does not wait for ever: cleaning up may hang, or the start that it interrupts. */
const lastResort = 10_000;

export function watchForShutdown(log: Log, { env, now }: Pick<CommandContext, 'env' | 'now'>): Shutdown {
  const asked = Promise.withResolvers<void>();
  const hurry = new AbortController();
  let firstAt: number | undefined;
  let exitCode: 0 | 1 = 0;
  let last: NodeJS.Timeout | undefined;
  const cutShort = () => {
    hurry.abort();
    last = setTimeout(() => process.exit(1), lastResort).unref();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const at = now().getTime();
    if (firstAt === undefined) {
      firstAt = at;
      log.info({ signal }, 'stopping: requests under way are finished first');
      asked.resolve();
    } else if (at - firstAt > sameWish && !hurry.signal.aborted) {
      log.warn({ signal }, 'stopping at once: requests under way are cut off');
      cutShort();
    }
  };
  const stopWatching = env.npm_lifecycle_event ? whenOrphaned(() => onSignal('SIGTERM')) : () => {};
  const onError = (error: unknown) => {
    log.error({ error }, 'an error that nobody caught: the process ends');
    exitCode = 1;
    asked.resolve();
    cutShort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('uncaughtException', onError).on('unhandledRejection', onError);
  return {
    asked: asked.promise,
    hurry: hurry.signal,
    get exitCode() {
      return exitCode;
    },
    [Symbol.dispose]() {
      stopWatching();
      clearTimeout(last);
      process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
      process.off('uncaughtException', onError).off('unhandledRejection', onError);
    },
  };
}

/** npm was killed in a way that it could not pass on: what it started must not stay behind. */
function whenOrphaned(act: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, orphanCheck).unref();
  return () => clearInterval(timer);
}
