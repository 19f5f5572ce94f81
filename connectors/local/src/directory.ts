/** The accounts that the `local` connector asks for; whoever composes the broker supplies them. */
export interface LocalAccount {
  /** Never given to anybody else, also when the address passes to another person. */
  readonly id: string;
  /** As `normalizeEmail` writes it. */
  readonly email: string;
  readonly passwordHash: string;
  readonly name?: string;
  readonly groups: readonly string[];
}

export interface LocalDirectory {
  /** `email` has gone through `normalizeEmail`. */
  findByEmail(email: string): Promise<LocalAccount | null>;
  findById(id: string): Promise<LocalAccount | null>;
  /** Read now and then, to know which kinds of password hash are in use. */
  list(): Promise<readonly Pick<LocalAccount, 'passwordHash'>[]>;
}

/**
 * One spelling for one address: composed characters (an "é" is one code point or two, depending on the
 * keyboard) in lower case, without the blank that phones add after a completed word.
 */
export function normalizeEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase().normalize('NFC');
}

/** False for what no database should be asked: PostgreSQL, for one, fails on a NUL instead of finding nobody. */
export function canBeAnEmail(text: string): boolean {
  return text.length > 0 && text.length <= 320 && text.isWellFormed() && !/\p{Cc}/u.test(text);
}
