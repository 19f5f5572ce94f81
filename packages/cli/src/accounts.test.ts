import type { ConfiguredUser } from '@gatehouse/config';
import type { LocalUser, Users } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { accountsOf, refuseTwins } from './accounts.ts';

const configured: ConfiguredUser = {
  id: 'c1',
  email: 'Anna@Example.com',
  passwordHash: 'hash of the file',
  groups: ['a'],
};
const stored: LocalUser = {
  id: 'd1',
  email: 'berta@example.com',
  passwordHash: 'hash of the database',
  groups: [],
};

function usersOf(...all: readonly LocalUser[]): Users {
  return {
    findByEmail: async (email) => all.find((user) => user.email === email) ?? null,
    findById: async (id) => all.find((user) => user.id === id) ?? null,
    list: async () => all,
    add: async () => false,
    remove: async () => false,
    setPasswordHash: async () => false,
  };
}

describe('the accounts of `local`', () => {
  const accounts = accountsOf([configured], usersOf(stored));

  it('are those of the configuration and of the database, by address and by id', async () => {
    expect(await accounts.findByEmail('anna@example.com')).toMatchObject({ id: 'c1' });
    expect(await accounts.findByEmail('berta@example.com')).toMatchObject({ id: 'd1' });
    expect(await accounts.findById('c1')).toMatchObject({ email: 'anna@example.com' });
    expect(await accounts.findById('d1')).toMatchObject({ email: 'berta@example.com' });
    expect(await accounts.list()).toHaveLength(2);
  });

  it('are nobody for an unknown name', async () => {
    expect(await accounts.findByEmail('carla@example.com')).toBeNull();
    expect(await accounts.findById('x')).toBeNull();
  });

  // Attack: an account of the database that is named like an administrator of the configuration.
  it('stop the start when one address is in both places', async () => {
    await expect(refuseTwins([configured], usersOf(stored))).resolves.toBeUndefined();
    const twin = usersOf({ ...stored, email: 'anna@example.com' });
    await expect(refuseTwins([configured], twin)).rejects.toMatchObject({
      exit: 'configuration',
      message: expect.stringContaining('anna@example.com'),
    });
  });
});
