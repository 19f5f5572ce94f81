/** One line of the check: a step that says what it found, or why it failed and what to do. */
import { type Check, ConnectorError, type Json } from '@gatehouse/connector-kit';

export interface Outcome {
  readonly detail: string;
  /** Default true. */
  readonly ok?: boolean;
  readonly advice?: string;
  readonly facts?: Readonly<Record<string, Json>>;
  /** Default: until the finding was there. */
  readonly took?: number;
}

/** Never throws. `advise` gets the words of the failure, the cause's code among them. */
export async function attempt(
  name: string,
  work: () => Promise<Outcome>,
  advise: (failure: string) => string,
): Promise<Check> {
  const took = stopwatch();
  try {
    const found = await work();
    return { name, ok: true, took: took(), ...found };
  } catch (error) {
    const failure = wordsOf(error);
    return { name, ok: false, detail: failure, advice: advise(failure), took: took() };
  }
}

/** The same for a step whose finding the next ones need; `found` is undefined where there is none. */
export async function attemptToFind<T>(
  name: string,
  work: () => Promise<Outcome & { readonly found?: T }>,
  advise: (failure: string) => string,
): Promise<{ readonly line: Check; readonly found: T | undefined }> {
  let found: T | undefined;
  const line = await attempt(
    name,
    async () => {
      const { found: what, ...outcome } = await work();
      found = what;
      return outcome;
    },
    advise,
  );
  return { line, found };
}

/** Milliseconds since it was made, to a tenth. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => Math.round((performance.now() - began) * 10) / 10;
}

export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && !ConnectorError.is(error) ? String(error.code) : '';
  // OpenSSL's message is a line of its source; its reason is what it means.
  const message = 'reason' in error && code.startsWith('ERR_SSL_') ? String(error.reason) : error.message;
  const own = message.includes(code) ? message : `${message} [${code}]`;
  return error.cause instanceof Error && !isWaitOver(error.cause) ? `${own}: ${wordsOf(error.cause)}` : own;
}

/** Which time-out it was, the outer error says. */
function isWaitOver({ name }: Error): boolean {
  return name === 'AbortError' || name === 'TimeoutError';
}
