/** Makes the hash of a new password. */
import { hash } from '@node-rs/argon2';
import { passwordBytes } from './password.ts';
import type { HashSettings } from './password-hash.ts';

/** The first choice of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. */
export const ownSettings = {
  kind: 'argon2id',
  memory: 19_456,
  passes: 2,
  lanes: 1,
} as const satisfies HashSettings;

/** Throws a `RangeError` whose message can be shown to the person who chose the password. */
export async function hashPassword(password: string): Promise<string> {
  const bytes = passwordBytes(password);
  if (!bytes.ok) throw new RangeError(bytes.problem);
  return hash(bytes.value, {
    memoryCost: ownSettings.memory,
    timeCost: ownSettings.passes,
    parallelism: ownSettings.lanes,
  });
}
