/** The one schema of the configuration: checks, types, the JSON Schema for editors and `docs/config.md` come from it. */
import { z } from 'zod';
import { clients } from './clients.ts';
import { connectors, plugins } from './connectors.ts';
import { database, seal } from './database.ts';
import { insecureHttpIssuer, issuer } from './issuer.ts';
import { allowedOrigins, listen, trustedProxies } from './listen.ts';
import { outgoing } from './outgoing.ts';
import { branding, log } from './presentation.ts';
import { flag } from './primitives.ts';
import { limits, sessions, signing, tokens } from './tokens.ts';
import { firstUser, users } from './users.ts';

export const schema = z.strictObject({
  issuer,
  listen,
  trustedProxies,
  allowedOrigins,
  outgoing,
  insecureHttpIssuer,
  database,
  seal,
  signing,
  tokens,
  sessions,
  limits,
  connectors,
  plugins,
  clients,
  users,
  firstUser,
  demo: flag()
    .prefault(false)
    .describe(
      'The public client `demo`, and a page that shows and explains the token one gets. Loopback issuer only.',
    ),
  branding,
  log,
});

/** What was written, defaults filled in; secrets, paths and connector configurations are still to be seen to. */
export type Written = z.output<typeof schema>;
