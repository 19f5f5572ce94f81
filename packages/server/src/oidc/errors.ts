/** Between the library's errors and ours. */
import { BrokerError, type ErrorCode, StoreUnavailable } from '@gatehouse/core';
import { errors } from 'oidc-provider';
import { storageUnavailable } from '../http/storage-unavailable.ts';

const unavailableNow = 'the service is not available at the moment, try again later';

/**
 * `temporarily_unavailable` with 503 and no redirect: the library would answer 400, which tells a client to throw its
 * token away, or send the browser back to an application that would return with it at once.
 */
export class Unavailable extends errors.TemporarilyUnavailable {
  readonly retryAfter: number;

  constructor(cause: unknown, retryAfter: number, description = unavailableNow) {
    super(description, { cause, detail: 'unavailable' });
    this.status = 503;
    this.statusCode = 503;
    this.allow_redirect = false;
    this.retryAfter = retryAfter;
  }
}

/**
 * The upstream says that the person has left, and may take it back. Not `invalid_grant`: RFC 6749, section 5.2, lets a
 * client throw its refresh token away then, and who comes back would have to sign in again.
 */
export class Suspended extends Unavailable {
  constructor(reason: string, retryAfter: number) {
    super(
      new Error(reason),
      retryAfter,
      'the account is suspended, try again later or ask your administrator',
    );
  }
}

/** What a page says about an error that cannot be told to the client. */
export function ofLibraryError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof StoreUnavailable) return storageUnavailable(error);
  if (error instanceof Unavailable) return unavailable(error);
  if (!(error instanceof errors.OIDCProviderError) || !error.expose) {
    return new BrokerError('internal', { reason: messageOf(error), cause: error });
  }
  const reason = [error.error, error.error_description, error.error_detail].filter(Boolean).join(': ');
  return new BrokerError(codeOf(error), { reason, cause: error, ...sentenceFor(error) });
}

function unavailable(cause: Unavailable): BrokerError {
  const { message: reason, retryAfter } = cause;
  return new BrokerError('storage_unavailable', { reason, retryAfter, cause });
}

function codeOf(error: errors.OIDCProviderError): ErrorCode {
  if (error instanceof errors.TemporarilyUnavailable) return 'upstream_unavailable';
  return error instanceof errors.SessionNotFound ? 'sign_in_expired' : 'bad_request';
}

/** Only what the library itself made up: nothing of the request is repeated on a page. */
function sentenceFor(error: errors.OIDCProviderError): { personMessage?: string } {
  if (error instanceof errors.InvalidClient) {
    return { personMessage: 'The application that sent you here is not registered with this service.' };
  }
  if (error instanceof errors.InvalidRedirectUri) {
    return {
      personMessage: 'The application asked to be answered at an address that is not registered for it.',
    };
  }
  return {};
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
