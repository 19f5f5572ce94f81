/** Who can sign in with `local`: the people of the configuration and those of the database, each in one place. */
import type { ConfiguredUser } from '@gatehouse/config';
import { type LocalDirectory, normalizeEmail } from '@gatehouse/connector-local';
import type { Users } from '@gatehouse/core';
import { CommandFailure } from './failure.ts';

export function accountsOf(configured: readonly ConfiguredUser[], users: Users): LocalDirectory {
  const known = configured.map((user) => ({ ...user, email: normalizeEmail(user.email) }));
  return {
    findByEmail: async (email) =>
      known.find((user) => user.email === email) ?? (await users.findByEmail(email)),
    findById: async (id) => known.find((user) => user.id === id) ?? (await users.findById(id)),
    list: async () => [...known, ...(await users.list())],
  };
}

/**
 * Two accounts with one address would be two people with one password form: which one is meant must not depend on
 * where is looked first.
 * @throws CommandFailure
 */
export async function refuseTwins(configured: readonly ConfiguredUser[], users: Users): Promise<void> {
  for (const { email } of configured) {
    const normal = normalizeEmail(email);
    if ((await users.findByEmail(normal)) === null) continue;
    throw new CommandFailure(
      'configuration',
      `${normal} is an account of the configuration and of the database.`,
      {
        advice: [`Take it out of one: of \`users:\`, or with gatehouse user remove ${normal}`],
      },
    );
  }
}
