/** `clients`: who may ask for tokens. */
import type { GroupFilter } from '@gatehouse/core';
import { z } from 'zod';
import { clientId, flag, groupPattern, list, origin, secret, text } from './primitives.ts';
import { redirectUri } from './redirect-uri.ts';
import { signingAlgorithm } from './tokens.ts';

const groupFilter = z.strictObject({
  include: list(groupPattern()).exactOptional().describe('Only these. Without it, all.'),
  exclude: list(groupPattern()).exactOptional().describe('All but these.'),
}) satisfies z.ZodType<GroupFilter>;

export const client = z.strictObject({
  id: clientId().describe('The `client_id`, and the `aud` of its tokens.'),
  name: text({ max: 100 }).optional().describe('On the consent page. Without it, the id.'),
  public: flag()
    .prefault(false)
    .describe('It cannot keep a secret (a command line, a browser); PKCE takes its place (RFC 7636).'),
  native: flag()
    .prefault(false)
    .describe('It runs on the computer of the person: loopback redirects match on any port (RFC 8252).'),
  trusted: flag().prefault(false).describe('No consent page.'),
  silentLoopback: flag()
    .prefault(false)
    .describe(
      'At a loopback address the client gets a token from the session of the browser without a click. Any program on that computer could then ask for one.',
    ),
  secrets: list(secret())
    .max(2, { error: 'takes two secrets at most: the current one and the next' })
    .prefault([])
    .describe('Of a client that is not public: one, or two while it is being replaced. Kept as hashes.'),
  redirectUris: list(redirectUri())
    .prefault([])
    .describe(
      'Where codes may be sent: https, http on a loopback address, or a scheme of a native application.',
    ),
  postLogoutRedirectUris: list(redirectUri())
    .prefault([])
    .describe('Where the browser may go after signing out.'),
  refreshTokens: z
    .enum(['always', 'requested', 'never'], { error: 'must be always, requested or never' })
    .prefault('requested')
    .describe('`requested`: when the client asks for the scope `offline_access`.'),
  refreshTokenLifetime: z
    .enum(['standalone', 'session'], { error: 'must be standalone or session' })
    .prefault('standalone')
    .describe('`session`: refresh tokens end with the session of the browser.'),
  idTokenAlgorithm: signingAlgorithm.optional().describe('Without it, `signing.algorithm`.'),
  trustedPeers: list(clientId())
    .prefault([])
    .describe(
      'Ids of other clients that may ask for tokens with this client in `aud`. `connectors`, `requireGroups` and `groups` of both hold for such a token.',
    ),
  connectors: list(text({ max: 64 }))
    .prefault([])
    .describe('Ids of the connectors that may be used. Empty: all.'),
  requireGroups: list(groupPattern())
    .prefault([])
    .describe('The person must be in one of these, by their names after the rules of the connector.'),
  groups: groupFilter.prefault({}).describe('Which groups this client sees.'),
  allowedOrigins: list(origin())
    .prefault([])
    .describe(
      'Origins whose pages may call the token endpoint for this client, besides the global ones (CORS).',
    ),
});

export type WrittenClient = z.output<typeof client>;

export const clients = list(client)
  .prefault([])
  .describe('Clusters, applications and command lines that take their tokens from here.');
