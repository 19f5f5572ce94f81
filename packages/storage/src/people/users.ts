/** The accounts of the built-in `local` connector. */
import type { LocalUser, Users } from '@gatehouse/core';
import type { Database, Row } from '../database/database.ts';
import { present, text, textOrNull, texts } from '../database/row.ts';
import type { Statement } from '../database/statement.ts';
import { isStorable } from '../storable.ts';

const columns = 'id, email, password_hash, name, groups';
const findByEmail: Statement = {
  name: 'user_find_by_email',
  text: `SELECT ${columns} FROM local_users WHERE email = $1`,
};
const findById: Statement = { name: 'user_find', text: `SELECT ${columns} FROM local_users WHERE id = $1` };
const list: Statement = { name: 'user_list', text: `SELECT ${columns} FROM local_users ORDER BY email` };
const add: Statement = {
  name: 'user_add',
  text: `INSERT INTO local_users (${columns}) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (email) DO NOTHING`,
};
const remove: Statement = { name: 'user_remove', text: 'DELETE FROM local_users WHERE email = $1' };
const setPasswordHash: Statement = {
  name: 'user_set_password_hash',
  text: 'UPDATE local_users SET password_hash = $2 WHERE email = $1',
};

export class PostgresUsers implements Users {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The address comes from the login form: it may be anything. */
  async findByEmail(email: string): Promise<LocalUser | null> {
    return isStorable(email) ? await this.#findOne(findByEmail, email) : null;
  }

  async findById(id: string): Promise<LocalUser | null> {
    return isStorable(id) ? await this.#findOne(findById, id) : null;
  }

  async list(): Promise<readonly LocalUser[]> {
    return (await this.#database.query(list)).map(readUser);
  }

  async add({ id, email, passwordHash, name, groups }: LocalUser): Promise<boolean> {
    return (await this.#database.change(add, id, email, passwordHash, name ?? null, groups)) === 1;
  }

  async remove(email: string): Promise<boolean> {
    return isStorable(email) && (await this.#database.change(remove, email)) === 1;
  }

  async setPasswordHash(email: string, hash: string): Promise<boolean> {
    return isStorable(email) && (await this.#database.change(setPasswordHash, email, hash)) === 1;
  }

  async #findOne(statement: Statement, value: string): Promise<LocalUser | null> {
    const [row] = await this.#database.query(statement, value);
    return row ? readUser(row) : null;
  }
}

function readUser(row: Row): LocalUser {
  return {
    id: text(row, 'id'),
    email: text(row, 'email'),
    passwordHash: text(row, 'password_hash'),
    groups: texts(row, 'groups'),
    ...present({ name: textOrNull(row, 'name') }),
  };
}
