/** Browser sessions from outside a browser: an upstream says that somebody has signed out there. */
export interface BrowserSessions {
  /**
   * They are gone for the next request of their browsers, also one that is under way with what it has read.
   * @returns how many
   */
  end(which: UpstreamSignOut): Promise<number>;
}

export interface UpstreamSignOut {
  readonly connectorId: string;
  /** Of this connector's people. Empty: whoever has one of `upstreamSessions`. */
  readonly subjects: readonly string[];
  /**
   * Only sessions that began with one of these; a session of `subjects` of which that is not known counts as one.
   * Absent: all of `subjects`.
   */
  readonly upstreamSessions?: readonly string[];
}
