/** What is known of an identity provider: from the configuration, or from its metadata. */
import type { Binding } from './names.ts';

export interface Endpoint {
  readonly binding: Binding;
  readonly url: string;
}

export interface Idp {
  readonly entityId: string;
  /** In the order of the provider. */
  readonly signOn: readonly Endpoint[];
  readonly logout: readonly (Endpoint & { readonly responseUrl?: string })[];
  /** PEM: all that may sign now, so that a new one can be announced before it is used. */
  readonly certificates: readonly string[];
  readonly wantsSignedRequests: boolean;
}

/** Where the connector learns it; `unavailable` where it could not find out. */
export interface IdpSource {
  current(signal: AbortSignal): Promise<Idp>;
  /** Drops what it remembers if that is old enough: an answer was signed with an unknown key. True if it did. */
  stale(): boolean;
}
