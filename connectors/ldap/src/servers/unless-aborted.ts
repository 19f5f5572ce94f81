/** What `promise` gives, unless the signal comes first; the promise goes on without us. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  errorFor: (reason: unknown) => Error,
): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    throw errorFor(signal.reason);
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const leave = () => reject(errorFor(signal.reason));
  signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
