/** What travels between the browser, the upstream and a connector. */
import type { Json } from './json.ts';

/** Where the browser is sent. */
export type Departure =
  | { readonly method: 'GET'; readonly url: URL }
  | { readonly method: 'POST'; readonly url: URL; readonly fields: Readonly<Record<string, string>> };

/** What came back, reduced to what a connector may see: never a cookie of ours. */
export interface Arrival {
  readonly method: 'GET' | 'POST';
  readonly params: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** For endpoints: the query as it came. Some signatures are over these very characters (SAML's redirect binding). */
  readonly query?: string;
}

/** The answer of a connector endpoint. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * This was the upstream's answer to a sign-out that began here, with the token that `logout` was given. The browser goes
   * on to where the person was going; status, headers and body count for nothing. Not `complete`: the person is told that
   * they may still be signed in there.
   */
  readonly signedOut?: { readonly token: string; readonly complete: boolean };
}

/**
 * What the client asked of this sign-in (OIDC Core 1.0, section 3.1.2.1).
 * `fresh` must reach the upstream, or `prompt=login` would be answered with a false `auth_time`.
 */
export interface SignInWish {
  readonly fresh: boolean;
  /** Seconds. */
  readonly maxAge?: number;
  readonly acrValues?: readonly string[];
  readonly loginHint?: string;
  readonly locales?: readonly string[];
}

/** One line of `gatehouse connector check`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail?: string;
  /** What the administrator can do about it, in the upstream's own words. */
  readonly advice?: string;
  readonly facts?: Readonly<Record<string, Json>>;
  /** Milliseconds. */
  readonly took?: number;
  /** Which server of several this is about. */
  readonly server?: string;
}
