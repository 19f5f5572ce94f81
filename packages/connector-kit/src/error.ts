/**
 * What a connector throws.
 *
 * - `denied`: the upstream said no to this person (disabled, expired, locked, refused consent).
 * - `not_allowed`: the upstream said yes, but the connector's own configuration does not let them in.
 * - `bad_response`: the answer is malformed, forged, replayed or for somebody else.
 * - `unavailable`: could not find out. The broker never treats it as "gone" or "wrong password".
 * - `misconfigured`: only an administrator can help.
 */
export type ConnectorErrorCode = 'denied' | 'not_allowed' | 'bad_response' | 'unavailable' | 'misconfigured';

export interface ConnectorErrorOptions {
  /** For the log and the administrator; never shown to the person. */
  readonly reason: string;
  /**
   * A sentence the person may read. Give it only where the upstream has proved that the password was right
   * ("Your password has expired."), or it tells a guesser which accounts exist.
   */
  readonly personMessage?: string;
  /** An address in `personMessage` that the page shows as a link: `https://password.example.com/`. */
  readonly personLink?: string;
  /** Seconds after which a retry makes sense (a rate limit's own figure). */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly code: ConnectorErrorCode;
  readonly personMessage: string | undefined;
  readonly personLink: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ConnectorErrorCode, options: ConnectorErrorOptions) {
    super(options.reason, { cause: options.cause });
    this.code = code;
    this.personMessage = options.personMessage;
    this.personLink = options.personLink;
    this.retryAfter = options.retryAfter;
  }

  /** `instanceof` fails between two installed copies of the kit (a third-party connector brings its own). */
  static is(error: unknown): error is ConnectorError {
    return error instanceof Error && error.name === 'ConnectorError' && 'code' in error;
  }
}
