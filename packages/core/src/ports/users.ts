/** The accounts of the built-in `local` connector that live in the database. */
export interface LocalUser {
  /** Random UUID, never reused: an address that passes to another person is another `sub`. */
  readonly id: string;
  /** Lower case; what the person types. */
  readonly email: string;
  /** bcrypt (`$2a$`, `$2b$`, `$2y$`) or argon2id in PHC form. */
  readonly passwordHash: string;
  readonly name?: string;
  readonly groups: readonly string[];
}

export interface Users {
  findByEmail(email: string): Promise<LocalUser | null>;
  findById(id: string): Promise<LocalUser | null>;
  list(): Promise<readonly LocalUser[]>;
  /** False if the address is taken. */
  add(user: LocalUser): Promise<boolean>;
  /** False if there is nobody by that address. */
  remove(email: string): Promise<boolean>;
  setPasswordHash(email: string, hash: string): Promise<boolean>;
}
