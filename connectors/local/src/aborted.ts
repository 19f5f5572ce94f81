/** What happens when the broker ends a call: the caller stops waiting, and the answer is "could not find out". */
import { ConnectorError } from '@gatehouse/connector-kit';

export function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw aborted(signal);
}

export function untilAborted<T>(done: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted(signal));
    signal.addEventListener('abort', stop, { once: true });
    // It may have come between the caller's own look and this one.
    if (signal.aborted) stop();
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

export function aborted(signal: AbortSignal): ConnectorError {
  return new ConnectorError('unavailable', { reason: 'the call was ended', cause: signal.reason });
}
