import type { Config } from '@gatehouse/config';
import type { LogFields } from '@gatehouse/connector-kit';
import type { LocalUser, Users } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { ensureFirstUser } from './first-user.ts';

const config = { firstUser: { email: 'Admin@Example.com', groups: ['admins'] } } as unknown as Config;

class KnownUsers implements Users {
  readonly all: LocalUser[] = [];
  findByEmail = async (email: string) => this.all.find((user) => user.email === email) ?? null;
  findById = async (id: string) => this.all.find((user) => user.id === id) ?? null;
  list = async () => [...this.all];
  add = async (user: LocalUser) => {
    if (this.all.some(({ email }) => email === user.email)) return false;
    this.all.push(user);
    return true;
  };
  remove = async () => false;
  setPasswordHash = async () => false;
}

function fakeLog() {
  const lines: string[] = [];
  const write = (fields: LogFields, message: string) =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  return { lines, log: { debug: write, info: write, warn: write, error: write } };
}

describe('the first account', () => {
  it('has a long random password, its groups, and a hash in the database', async () => {
    const users = new KnownUsers();
    const made = await ensureFirstUser(config, users, {}, fakeLog().log);
    expect(made).toMatchObject({ email: 'admin@example.com' });
    expect(made?.password).toMatch(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/);
    expect(users.all).toMatchObject([{ email: 'admin@example.com', groups: ['admins'] }]);
    expect(users.all[0]?.passwordHash).toMatch(/^\$argon2id\$/);
  });

  it('takes the password of the environment, and then shows none', async () => {
    const users = new KnownUsers();
    const { lines, log } = fakeLog();
    const made = await ensureFirstUser(config, users, { GATEHOUSE_ADMIN_PASSWORD: 'from a secret' }, log);
    expect(made).toEqual({ email: 'admin@example.com' });
    expect(lines.join()).not.toContain('from a secret');
  });

  it('ignores the password of the environment later, and says so', async () => {
    const users = new KnownUsers();
    await ensureFirstUser(config, users, {}, fakeLog().log);
    const hash = users.all[0]?.passwordHash;
    const { lines, log } = fakeLog();
    expect(await ensureFirstUser(config, users, { GATEHOUSE_ADMIN_PASSWORD: 'another' }, log)).toBeNull();
    expect(users.all[0]?.passwordHash).toBe(hash);
    expect(lines.join()).toMatch(/ignored/);
  });

  it('is made and told by one of ten servers that start at once', async () => {
    const users = new KnownUsers();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => ensureFirstUser(config, users, {}, fakeLog().log)),
    );
    expect(all.filter((made) => made !== null)).toHaveLength(1);
    expect(users.all).toHaveLength(1);
  });

  it('is not made where the configuration wants none', async () => {
    const users = new KnownUsers();
    expect(await ensureFirstUser({} as Config, users, {}, fakeLog().log)).toBeNull();
    expect(users.all).toEqual([]);
  });
});
