/** One answer to be checked, and what came out: what travels between the threads. */
import { ConnectorError, type ConnectorErrorCode } from '@gatehouse/connector-kit';
import { type Checked, checkResponse } from '../response/check-response.ts';
import type { Expectation } from '../response/expectation.ts';

export interface Job {
  /** The value of `SAMLResponse`. */
  readonly answer: string;
  readonly expected: Expectation;
}

export type Outcome =
  | { readonly checked: Checked }
  | { readonly code: ConnectorErrorCode; readonly reason: string };

/** Never throws: an error loses its class on the way to another thread. */
export function run({ answer, expected }: Job): Outcome {
  try {
    return { checked: checkResponse(answer, expected) };
  } catch (error) {
    if (ConnectorError.is(error)) return { code: error.code, reason: error.message };
    // A stack that ran over, or a fault of ours; what it says may quote the answer.
    const kind = error instanceof Error ? error.name : 'unknown';
    return { code: 'bad_response', reason: `the answer could not be checked (${kind})` };
  }
}
