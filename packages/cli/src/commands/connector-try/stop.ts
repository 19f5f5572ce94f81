/** When a try ends without its answer: Ctrl-C, SIGTERM, or the time is over. */
import { CommandFailure } from '../../failure.ts';

/** Milliseconds: as long as a sign-in lives. */
export const tryLifetime = 10 * 60_000;

export interface Stop {
  readonly signal: AbortSignal;
  [Symbol.dispose](): void;
}

/** The default handlers would end the process before the try is taken back. */
export function watchForStop(): Stop {
  const stopped = new AbortController();
  const onSignal = () =>
    stopped.abort(new CommandFailure('failed', 'Stopped: the link leads nowhere any more.'));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: stopped.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  };
}

export function timedOut(): CommandFailure {
  const minutes = tryLifetime / 60_000;
  return new CommandFailure(
    'failed',
    `Nobody has signed in within ${minutes} minutes: the link leads nowhere any more.`,
    {
      advice: [
        'If somebody has, the upstream has sent them elsewhere: it must send them to the callback address above, and that must lead to the server that serves the page.',
      ],
    },
  );
}
