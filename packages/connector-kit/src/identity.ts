/** Who the upstream says somebody is, before the broker's own rules. */
import type { Json } from './json.ts';

export interface Identity<State> {
  /** An id that the upstream never gives to anybody else. Never a user name, never an e-mail address. */
  readonly upstreamId: string;
  readonly username: string;
  readonly displayName?: string;
  readonly email?: { readonly address: string; readonly verified: boolean };
  /** Complete. A connector that could read only some of the groups throws `unavailable`. */
  readonly groups: readonly string[];
  readonly authenticated?: Authenticated;
  /** The upstream's name for its own session (SAML SessionIndex, OIDC `sid`). */
  readonly upstreamSession?: string;
  /** When that session ends by itself (SAML SessionNotOnOrAfter): the browser session here lives no longer. */
  readonly upstreamSessionEnds?: Date;
  /**
   * What `logout` needs of this very sign-in: an ID token, a SessionIndex. The same person in another browser has another
   * one. Sealed beside the browser session, and gone with it.
   */
  readonly sessionState?: Json;
  /** What `refresh` will need. Sealed before it is stored. */
  readonly state: State;
}

/** How and when the person proved who they are (OIDC Core 1.0, section 2: `auth_time`, `acr`, `amr`). */
export interface Authenticated {
  readonly at?: Date;
  readonly acr?: string;
  readonly amr?: readonly string[];
}

export type Refreshed<State> =
  | { readonly status: 'current'; readonly identity: Identity<State> }
  /** The upstream proved that the person has left. "Could not find out" is an exception, not this. */
  | { readonly status: 'gone'; readonly reason: string; readonly proof?: ProofOfLeaving };

/**
 * What proves that somebody has left. `stated`: the upstream said it of this person (disabled, expired,
 * revoked). `absent`: the person is no longer found, which a half-restored directory says of everybody.
 * Who does not say has `absent`: the brake on absences then covers it.
 */
export type ProofOfLeaving = 'stated' | 'absent';
