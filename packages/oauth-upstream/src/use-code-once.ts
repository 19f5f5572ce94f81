/**
 * A code is shown to the upstream once: an upstream that forgets makes no second sign-in of it, and one that does not
 * takes a code's second use for theft and withdraws the tokens of the first (RFC 6749, section 4.1.2).
 */
import { createHash } from 'node:crypto';
import { ConnectorError, type ConnectorHost } from '@gatehouse/connector-kit';

/** Milliseconds. Longer than a login lives, and any code. */
const remembered = 3_600_000;

/** @throws ConnectorError `bad_response` for the answer of another login, one with nothing in it, or a second use */
export async function useCodeOnce(
  host: ConnectorHost,
  params: URLSearchParams,
  token: string,
): Promise<void> {
  if (params.get('state') !== token) throw bad('the state is of another login');
  const code = params.get('code');
  if (code === null && !params.has('error')) throw bad('the answer has neither a code nor an error');
  if (code === null) return;
  const key = `code:${createHash('sha256').update(code).digest('base64url')}`;
  const first = await host.once(key, new Date(host.now().getTime() + remembered));
  if (!first) throw bad('the answer was used before');
}

function bad(reason: string): ConnectorError {
  return new ConnectorError('bad_response', { reason });
}
