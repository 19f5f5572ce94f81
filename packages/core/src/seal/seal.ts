/** Encrypts with the operator's key before storing: AES-256-GCM, with key ids, so that keys can be replaced. */
export interface Seal {
  /**
   * @param purpose bound to the ciphertext as additional data (table and column and row), so that a sealed value
   *   cannot be moved to another place by somebody who can write to the database
   */
  seal(plaintext: Uint8Array, purpose: string): Uint8Array;
  /** @throws SealBroken with the key id that is missing, or when the value was changed or moved */
  open(sealed: Uint8Array, purpose: string): Uint8Array;
}
