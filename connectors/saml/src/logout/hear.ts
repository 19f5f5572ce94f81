/** A message about signing out, from what the browser brought to what it means. Runs in a worker thread. */
import {
  type LogoutAnswer,
  type LogoutExpectation,
  type LogoutWish,
  readLogoutRequest,
  readLogoutResponse,
} from './read-request.ts';
import { receive } from './receive.ts';

/** Plain values. */
export interface LogoutJob {
  readonly method: 'GET' | 'POST';
  /** As a query is written. */
  readonly params: string;
  readonly query: string;
  /** PEM. */
  readonly certificates: readonly string[];
  readonly expected: LogoutExpectation;
}

export type Heard =
  | { readonly kind: 'wish'; readonly wish: LogoutWish; readonly relayState: string | undefined }
  /** The provider's answer to a wish of ours. */
  | { readonly kind: 'answer'; readonly answer: LogoutAnswer; readonly relayState: string | undefined };

/** @throws ConnectorError */
export function hear({ method, params, query, certificates, expected }: LogoutJob): Heard {
  const arrival = { method, query, params: new URLSearchParams(params) };
  const { field, message, relayState } = receive(arrival, certificates);
  if (field === 'SAMLResponse') {
    return { kind: 'answer', answer: readLogoutResponse(message, expected), relayState };
  }
  return { kind: 'wish', wish: readLogoutRequest(message, expected), relayState };
}
