/** Random keys that the broker makes for itself at its first start; sealed in the store, newest first. */
export interface BrokerSecrets {
  /** Signs cookies (Keygrip). */
  readonly cookieKeys: readonly Uint8Array[];
  /** Derives refresh tokens (HMAC-SHA-256). */
  readonly refreshKeys: readonly Uint8Array[];
}

export interface Secrets {
  /** Makes what is missing; ten processes at once end up with the same ones. */
  ensure(): Promise<BrokerSecrets>;
}
