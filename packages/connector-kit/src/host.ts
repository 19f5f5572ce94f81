/** What the broker lends to a connector. */
import type { Log } from './log.ts';

export interface ConnectorHost {
  /** The `id:` of this connector's entry in the configuration. */
  readonly id: string;
  readonly log: Log;
  /**
   * Outgoing HTTP. A connector uses no other, so that its requests can be played, bounded and traced in one place.
   *
   * Redirects are not followed: a 3xx is an answer. Public addresses over HTTPS, and what `ConnectorDefinition.http`
   * adds. Bodies and time are bounded. It fails as fetch does, with a `TypeError` whose cause is an `HttpFailure`
   * (`fetchFailed` makes a `ConnectorError` of it), also while the body is read; an abort fails with its reason.
   */
  readonly fetch: typeof fetch;
  now(): Date;
  /** True the first time only, over all replicas, until `until`: replay guards. */
  once(key: string, until: Date): Promise<boolean>;
  /**
   * What an endpoint learned about people who are signed in.
   *
   * - `recheck`: what is known of them may not hold any more; `refresh` is called when they are next asked for. With
   *   `'everybody'` of all people of this connector: something has changed that many share, such as the name of a group.
   * - `gone`: the upstream has said of these very people that they have left.
   * - `signedOut`: their browser sessions here end, and the tokens that end with these. With `upstreamSessions`
   *   (`Identity.upstreamSession`) only those that began with one of them; `upstreamIds` may then be empty, if the
   *   upstream has named the session alone.
   */
  changed(
    upstreamIds: readonly string[] | 'everybody',
    how: 'recheck' | 'gone' | 'signedOut',
    upstreamSessions?: readonly string[],
  ): Promise<void>;
}
