/** Counters that may be lost: then people get a few more tries. */
export interface RateLimits {
  /** Counts one try. `retryAfter` in seconds; 0 means go ahead. */
  take(key: string, limit: RateLimit): Promise<{ readonly retryAfter: number }>;
  /** After a success: earlier tries are forgiven. */
  forgive(key: string): Promise<void>;
  /** Takes one try back, for whom a success should not count; never below none. */
  giveBack(key: string): Promise<void>;
}

export interface RateLimit {
  readonly tries: number;
  /** Seconds. */
  readonly window: number;
}

export interface ReplayGuards {
  /** True the first time only, over all replicas, until `until`. */
  once(key: string, until: Date): Promise<boolean>;
}
