/** PostgreSQL is away: what every page and endpoint says then, and for how long. */
import { BrokerError } from '@gatehouse/core';

/** Seconds after which a client may try again. */
export const retryAfter = 5;

export function storageUnavailable(cause: Error): BrokerError {
  return new BrokerError('storage_unavailable', { reason: cause.message, retryAfter, cause });
}
