/** The account that lets somebody in after the first start. */
import { randomInt, randomUUID } from 'node:crypto';
import type { Config } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import { hashPassword, normalizeEmail } from '@gatehouse/connector-local';
import type { Users } from '@gatehouse/core';
import { CommandFailure } from './failure.ts';

export interface FirstUser {
  readonly email: string;
  /** Absent when the environment set it: then it is not ours to show. */
  readonly password?: string;
}

const variable = 'GATEHOUSE_ADMIN_PASSWORD';

/** @returns the account if this process made it; null when there was one, or none is wanted */
export async function ensureFirstUser(
  { firstUser }: Config,
  users: Users,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<FirstUser | null> {
  const given = env[variable];
  if (!firstUser || (await users.list()).length > 0) {
    if (given)
      log.info(
        { variable },
        'the environment sets a password for the first account, and that account was made before: ignored',
      );
    return null;
  }
  const password = given || randomPassword();
  const email = normalizeEmail(firstUser.email);
  const passwordHash = await hashPassword(password).catch(refuse);
  // Of ten servers that start at once, one makes the account, and only that one tells a password.
  const made = await users.add({ id: randomUUID(), email, passwordHash, groups: firstUser.groups });
  if (!made) return null;
  log.info({ email }, 'first account made');
  return given ? { email } : { email, password };
}

function refuse(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new CommandFailure('failed', `${variable} cannot be a password: ${error.message}.`);
}

/** Without the characters that people confuse; five groups of four are 98 bits. */
function randomPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 4 }, () => letters.charAt(randomInt(letters.length))).join('');
  return Array.from({ length: 5 }, group).join('-');
}
