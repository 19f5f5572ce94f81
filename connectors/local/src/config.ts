/** The `config:` of a `local` connector entry. */
import { z } from 'zod';

export const localConfig = z.strictObject({
  usernameLabel: z
    .string()
    .min(1)
    .max(100)
    .default('E-mail address')
    .describe('The label of the name field in the sign-in form.'),
});

export type LocalConfig = z.output<typeof localConfig>;
