/** The one place where what a connector threw becomes what we answer. */
import { ConnectorError } from '@gatehouse/connector-kit';
import { BrokerError, type ErrorCode } from '../errors.ts';
import { StoreUnavailable } from '../ports/unit.ts';

const codes: ReadonlyMap<unknown, ErrorCode> = new Map<unknown, ErrorCode>([
  ['denied', 'upstream_denied'],
  ['not_allowed', 'not_allowed'],
  ['bad_response', 'bad_upstream_response'],
  ['unavailable', 'upstream_unavailable'],
  ['misconfigured', 'misconfigured'],
]);

/** Seconds. A connector's wish beyond this would keep people out long after the upstream is back. */
const longestRetryAfter = 3600;

/** What an upstream or a library said stays in `message` and `cause`, for the log alone. */
export function brokerErrorOf(error: unknown, connectorId: string): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof StoreUnavailable) return new BrokerError('storage_unavailable', { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  const common = { reason, connectorId, cause: error };
  if (ConnectorError.is(error)) {
    return new BrokerError(codes.get(error.code) ?? 'internal', { ...common, ...saidToPerson(error) });
  }
  return new BrokerError(isAbort(error) ? 'upstream_unavailable' : 'internal', common);
}

/** A third-party connector may bring its own copy of the class, so its fields are looked at, not believed. */
function saidToPerson({ personMessage, personLink, retryAfter }: ConnectorError) {
  return {
    ...(typeof personMessage === 'string' && personMessage !== '' && { personMessage }),
    ...(typeof personLink === 'string' && isWebAddress(personLink) && { personLink }),
    ...(typeof retryAfter === 'number' &&
      retryAfter > 0 && {
        retryAfter: Math.ceil(Math.min(retryAfter, longestRetryAfter)),
      }),
  };
}

/** Anything else in a link, such as `javascript:`, would run on our page. */
function isWebAddress(address: string): boolean {
  return /^https?:\/\//i.test(address) && URL.canParse(address);
}

/** Our deadline passed, or the person went away. */
function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}
