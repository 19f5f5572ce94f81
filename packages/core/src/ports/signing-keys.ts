/** The keys that sign ID tokens. Private halves are sealed in the store. */

export type SigningAlgorithm = 'RS256' | 'ES256';

export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  /** RFC 7517, with the private members. */
  readonly privateJwk: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  /** Published from `createdAt`, signs from here on: every verifier has had the time to see it. */
  readonly signsFrom: Date;
  /** Its successor signs from here on. Published until the last token it signed has expired. */
  readonly retiredAt?: Date;
  /** When it leaves the published set. */
  readonly removeAt?: Date;
}

export interface SigningKeys {
  list(): Promise<readonly SigningKey[]>;
  /**
   * Runs `change` on the current list while no other process can, and stores what it returns:
   * ten servers that start at once make one key.
   */
  update(
    change: (keys: readonly SigningKey[]) => Promise<readonly SigningKey[]>,
  ): Promise<readonly SigningKey[]>;
}
