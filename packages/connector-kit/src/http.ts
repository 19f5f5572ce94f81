/** What HTTP's ways to fail mean in the words of the contract: pure functions that connectors share. */
import { ConnectorError } from './error.ts';
import { HttpFailure, type HttpFailureKind } from './http-failure.ts';

/** Only an administrator can help with these; the others pass. */
const misconfigured: ReadonlySet<HttpFailureKind> = new Set(['address', 'plain_http', 'certificate']);

/**
 * What it means that `host.fetch`, or reading the body of its answer, threw. A `ConnectorError` stays as it is.
 * @param upstream as it is called in the log: `the token endpoint`
 */
export function fetchFailed(error: unknown, upstream: string): ConnectorError {
  if (ConnectorError.is(error)) return error;
  const failure = HttpFailure.in(error);
  const code = failure && misconfigured.has(failure.kind) ? 'misconfigured' : 'unavailable';
  const reason = `${upstream} ${failure ? `cannot be asked: ${failure.message}` : 'did not answer'}`;
  return new ConnectorError(code, { reason, cause: error });
}

const unreachable =
  'See whether this computer reaches it: the address in the configuration, a firewall, and the proxy, if there has to be one (`outgoing.proxy`).';

const remedies: Readonly<Partial<Record<HttpFailureKind, string>>> = {
  certificate:
    'Where an authority of your own has signed it, name that in `ca`, or for all upstreams in `outgoing.ca`; whatever else is wrong with it has to be mended at that server.',
  too_slow: unreachable,
  unreachable,
};

/** For `check`: what to do where a request failed before there was an answer; undefined for all other failures. */
export function adviceOnFetch(error: unknown): string | undefined {
  const failure = HttpFailure.in(error);
  return failure && remedies[failure.kind];
}

/**
 * What an answer means that the connector did not expect: that it could not find out. Whether a 401 or a 404 says more
 * than that, only the connector knows.
 */
export function answerFailed(
  response: Pick<Response, 'status' | 'headers'>,
  upstream: string,
  now: Date,
): ConnectorError {
  const seconds = retryAfter(response.headers, now);
  return new ConnectorError('unavailable', {
    reason: `${upstream} answered with status ${response.status}`,
    ...(seconds !== undefined && { retryAfter: seconds }),
  });
}

/** A day: more is a mistake of the upstream, or of its clock. */
const longestRetryAfter = 86_400;

/** Seconds (RFC 9110, section 10.2.3); undefined if there is no such header, or one that says nothing. */
export function retryAfter(headers: Headers, now: Date): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : secondsUntil(text, now);
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(Math.ceil(seconds), 0), longestRetryAfter);
}

/** NaN if it is no date of HTTP's: `Date.parse` alone reads nearly anything. */
function secondsUntil(text: string, now: Date): number {
  return /^[A-Z][a-z]{2}, /.test(text) ? (Date.parse(text) - now.getTime()) / 1000 : Number.NaN;
}

/**
 * The body as JSON, whatever its content type. What was cut off on the way is `unavailable`, what is not JSON is
 * `bad_response`, and neither is quoted: there may be a token in it.
 */
export async function readJson(response: Response, upstream: string): Promise<unknown> {
  const text = await response.text().catch((error: unknown) => {
    throw fetchFailed(error, upstream);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new ConnectorError('bad_response', { reason: `${upstream} sent something that is not JSON` });
  }
}

/** An answer that nobody reads: frees its connection at once. */
export async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => undefined);
}
