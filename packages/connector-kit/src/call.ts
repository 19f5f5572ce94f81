/** What accompanies one call into a connector: when to stop, where to write. */
import type { Json } from './json.ts';
import type { Log } from './log.ts';

export interface Call {
  /** Aborted when the person has gone away or the broker's own deadline has passed: end the upstream call. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly trace: Trace;
}

/**
 * The named steps of one sign-in or check, kept for "why do I not have group X".
 * Raw upstream attributes are welcome; passwords, tokens and codes are not.
 */
export interface Trace {
  step(name: string, facts?: Readonly<Record<string, Json>>): void;
}

export interface RefreshCall<State> extends Call {
  /** Stores a rotated upstream token at once, sealed, before anything else can fail. */
  saveState(state: State): Promise<void>;
}
