/** From the text that a person typed to the bytes that are hashed. */
export type PasswordBytes =
  | { readonly ok: true; readonly value: Buffer }
  | { readonly ok: false; readonly problem: string };

const mostBytes = 1_024;

/**
 * Composed (NFC) as RFC 8265, section 4.2 asks: the same keys on another keyboard give the same bytes.
 * The bound keeps a megabyte of "password" away from the hash functions.
 */
export function passwordBytes(password: string): PasswordBytes {
  if (password === '') return { ok: false, problem: 'the password is empty' };
  if (!password.isWellFormed()) return { ok: false, problem: 'the password is not valid Unicode text' };
  const value = Buffer.from(password.normalize('NFC'), 'utf8');
  if (value.length > mostBytes) {
    return { ok: false, problem: `the password is longer than ${mostBytes} bytes` };
  }
  return { ok: true, value };
}
