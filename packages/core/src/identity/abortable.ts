/** Waiting for work that may go on without us. */

/**
 * The work's result, or `otherwise()` once the signal is aborted. The work itself is not stopped: a question to an
 * upstream that has rotated a token must still be able to store it.
 */
export function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal,
  otherwise: () => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(otherwise());
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    if (signal.aborted) stop();
  });
}

/** The work's result. @throws the signal's reason once it is aborted */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return abortable(work, signal, () => Promise.reject(signal.reason));
}
