/** One line of the check: a step that says what it found, or why it failed and what to do. */
import { type Check, ConnectorError, type Json } from '@gatehouse/connector-kit';

export interface Finding {
  readonly detail: string;
  /** Default true. */
  readonly ok?: boolean;
  readonly advice?: string;
  readonly facts?: Readonly<Record<string, Json>>;
}

/** Never throws. `advise` gets the words of the failure, the cause's code among them. */
export async function attempt(
  name: string,
  work: () => Promise<Finding>,
  advise: (failure: string) => string,
): Promise<Check> {
  try {
    const found = await work();
    return { name, ok: true, ...found };
  } catch (error) {
    const failure = wordsOf(error);
    return { name, ok: false, detail: failure, advice: advise(failure) };
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own =
    'code' in error && !ConnectorError.is(error) ? `${error.message} [${error.code}]` : error.message;
  return error.cause instanceof Error ? `${own}: ${wordsOf(error.cause)}` : own;
}
