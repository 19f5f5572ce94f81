/** The `config:` of an `oauth2` connector. Secrets and files (`{ fromEnv }`, `{ fromFile }`) arrive here as strings. */
import type { HttpNeeds } from '@gatehouse/connector-kit';
import {
  address,
  authorizationParameters,
  claimPath,
  claimPaths,
  clientFields,
  connectionFields,
  groupSources,
  httpNeedsFor,
  refuseCredentials,
  refusePlainHttp,
  scopeName,
} from '@gatehouse/oauth-upstream';
import { z } from 'zod';

const claims = z.strictObject({
  id: claimPath
    .default('id')
    .describe(
      'What the upstream never gives to anybody else: no user name, no address. It becomes part of our `sub`.',
    ),
  username: claimPaths.prefault(['username', 'login']).describe('The first that is there.'),
  displayName: claimPaths.prefault(['name']).describe('The first that is there.'),
  email: claimPath.default('email'),
  emailVerified: claimPath.default('email_verified').describe('Only `true` counts.'),
  insecureAssumeEmailVerified: z
    .boolean()
    .default(false)
    .describe('Where the upstream does not say whether it has checked the address: take it for checked.'),
  groups: groupSources
    .optional()
    .describe(
      'The member that has the groups, or several: a list of names, one text, or objects with a name.',
    ),
});

const options = z.strictObject({
  authorizationUrl: address.describe('Where the browser is sent.'),
  tokenUrl: address.describe('Where codes are exchanged for tokens.'),
  userinfoUrl: address.describe('What says whose token it is: JSON, asked with the access token.'),
  issuer: address
    .optional()
    .describe('Where the upstream names itself in its answers (`iss`, RFC 9207): what it must say there.'),
  ...clientFields,
  scopes: z
    .array(scopeName.refine((one) => one !== 'openid', 'is for OpenID Connect: use `type: oidc`'))
    .default([]),
  parameters: authorizationParameters.prefault({}).describe('More parameters of the authorization request.'),
  claims: claims.prefault({}),
  refresh: z
    .enum(['auto', 'required', 'never'])
    .default('auto')
    .describe(
      '`auto`: with the refresh token, or an access token that does not expire; with neither, everything stays as it was at sign-in. `required`: no sign-in without one of them.',
    ),
  revoked: z
    .enum(['gone', 'unavailable'])
    .default('gone')
    .describe(
      'What it means that the upstream takes a token no more. `gone`: the person must sign in again. `unavailable`: as if it did not answer.',
    ),
  insecureNoFreshnessProof: z
    .boolean()
    .default(false)
    .describe(
      'Nothing here says when somebody signed in: believe that the upstream has asked again when it was told to.',
    ),
  ...connectionFields,
});
type Options = z.output<typeof options>;

export const configSchema = options.superRefine(refuseConflicts);

export type OAuth2Config = z.output<typeof configSchema>;

function refuseConflicts(config: Options, context: z.RefinementCtx): void {
  const conflict = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message, input: config });
  refusePlainHttp(addresses(config), config, conflict);
  refuseCredentials(config, conflict);
}

function addresses({ authorizationUrl, tokenUrl, userinfoUrl }: Options) {
  return { authorizationUrl, tokenUrl, userinfoUrl };
}

/** What the operator wrote: all addresses that there are. */
export function httpNeeds(config: OAuth2Config): HttpNeeds {
  return httpNeedsFor(Object.values(addresses(config)), config);
}
