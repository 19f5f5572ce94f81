/** What a refresh and a sign-out need. A type, not an interface: only that is assignable to `Json`. */
export type State = {
  readonly sub: string;
  /** The last one that was verified: a refresh may bring none, and a sign-out shows it to the upstream. */
  readonly idToken: string;
  readonly refreshToken?: string;
};
