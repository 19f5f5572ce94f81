/** What the broker lends to a connector. */
import type { Log } from './log.ts';

export interface ConnectorHost {
  /** The `id:` of this connector's entry in the configuration. */
  readonly id: string;
  readonly log: Log;
  /** Outgoing HTTP. A connector uses no other, so that its requests can be played, bounded and traced in one place. */
  readonly fetch: typeof fetch;
  now(): Date;
  /** True the first time only, over all replicas, until `until`: replay guards. */
  once(key: string, until: Date): Promise<boolean>;
  /** What an endpoint learned about people who are signed in. */
  changed(upstreamIds: readonly string[], how: 'recheck' | 'gone' | 'signedOut'): Promise<void>;
}
