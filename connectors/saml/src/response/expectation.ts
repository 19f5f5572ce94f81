/** What an answer is measured by. It goes to a worker thread, so it is plain values. */

export type SignedPart = 'either' | 'response' | 'assertion' | 'both';

export interface Expectation {
  /** The identity provider's entity id: the Issuer of response and assertion. */
  readonly idp: string;
  /** PEM. */
  readonly certificates: readonly string[];
  /** Our entity id. */
  readonly audience: string;
  /** The assertion consumer service: Destination and Recipient. */
  readonly acs: string;
  /** The id of the request that this login has sent. */
  readonly request: string;
  /** Milliseconds since 1970. When the request was sent. */
  readonly sentAt: number;
  /** Whether the person had to sign in anew for this request. */
  readonly fresh: boolean;
  readonly now: number;
  /** Milliseconds by which clocks may differ. */
  readonly skew: number;
  readonly signed: SignedPart;
  /** PEM: private keys for encrypted assertions. */
  readonly decryptionKeys: readonly string[];
  readonly requireEncryption: boolean;
  /** One of them, where the request has asked for it. */
  readonly contexts: readonly string[];
}
