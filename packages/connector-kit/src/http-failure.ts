/** Why a request of `ConnectorHost.fetch` failed. It is the `cause` of the `TypeError` that it throws, as fetch does. */

/**
 * - `address`: the host has an address that this connector may not reach (private, and not in its configuration).
 * - `plain_http`: the address is `http:`, and the configuration does not allow that.
 * - `certificate`: nobody that we trust vouches for the server.
 * - `too_large`: the answer has more bytes than the connector takes.
 * - `too_slow`: one of the time-outs has passed.
 * - `unreachable`: everything else that kept the answer from arriving whole.
 */
export type HttpFailureKind =
  | 'address'
  | 'plain_http'
  | 'certificate'
  | 'too_large'
  | 'too_slow'
  | 'unreachable';

export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly kind: HttpFailureKind;

  /** @param message for the administrator: names the host and says what to do, and never the path or the query */
  constructor(kind: HttpFailureKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }

  /** Somewhere in the chain of causes; by name, since there may be two copies of the kit. */
  static in(error: unknown): HttpFailure | undefined {
    for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
      if (at.name === 'HttpFailure' && 'kind' in at) return at as HttpFailure;
    }
    return undefined;
  }
}
