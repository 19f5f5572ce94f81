/** What may stand under `config:`. Any schema library that speaks Standard Schema and Standard JSON Schema will do. */
import { z } from 'zod';

/** Strict, so that a misspelt key is found when Gatehouse starts and not when somebody cannot sign in. */
export const config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('The root of the API.'),
  // Marked, so that Gatehouse takes it only as { fromEnv } or { fromFile } and never prints it.
  token: z.string().min(1).meta({ secret: true }).describe('The token of this service.'),
  usernameLabel: z.string().min(1).default('Username'),
  timeoutSeconds: z.number().positive().max(60).default(10),
});

export type Config = z.output<typeof config>;
