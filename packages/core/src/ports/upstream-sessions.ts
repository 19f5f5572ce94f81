/** What ends the upstream's own session (`Identity.sessionState`), beside the browser session that began with it. */
import type { Json } from '@gatehouse/connector-kit';

export interface UpstreamSession {
  /** Random; the browser session knows it. It opens nothing. */
  readonly id: string;
  /** Sealed in the store: an ID token may be in it. */
  readonly state: Json;
  readonly expiresAt: Date;
}

/** Within a unit of work. */
export interface UpstreamSessions {
  keep(session: UpstreamSession): void;
  find(id: string): Promise<Json | null>;
  forget(id: string): void;
}
