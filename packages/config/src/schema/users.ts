/** `users` and `firstUser`: accounts of the built-in `local` connector. */
import { z } from 'zod';
import { email, group, list, secret, text } from './primitives.ts';

/** No secret, but slow to guess only: whoever keeps the file in version control may want it elsewhere. */
function passwordHash() {
  return z.union([text(), secret().transform((hash) => hash.reveal())]);
}

export const user = z.strictObject({
  id: text({ max: 128 })
    .optional()
    .describe(
      'Part of the `sub` of this person. Without it, it is derived from the address: then a changed address is another person, and an address given to another person keeps the old access. So give one: `uuidgen`.',
    ),
  email: email().describe('What the person types.'),
  passwordHash: passwordHash().describe(
    'argon2id or bcrypt; `gatehouse hash-password` makes one. Put it in quotes, or keep it elsewhere: `{ fromEnv }`, `{ fromFile }`.',
  ),
  name: text({ max: 200 }).exactOptional().describe('The `name` claim.'),
  groups: list(group()).prefault([]).describe('The groups, before the rules of the connector.'),
});

export const users = list(user)
  .prefault([])
  .describe('Accounts that are kept here and not in the database; they need a connector of type `local`.');

export const firstUser = z
  .strictObject({
    email: email().describe('What the person types.'),
    groups: list(group()).prefault([]).describe('The groups, before the rules of the connector.'),
  })
  .optional()
  .describe(
    'The account that is made in the database at the first start, while there is none. Its password is printed once, or taken from `GATEHOUSE_ADMIN_PASSWORD`.',
  );
