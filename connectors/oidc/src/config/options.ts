/** All options, as they are written. */
import {
  address,
  authorizationParameters,
  claimPath,
  claimPaths,
  clientFields,
  connectionFields,
  groupSources,
  scopeName,
} from '@gatehouse/oauth-upstream';
import { z } from 'zod';
import { presetNames } from './presets.ts';

const endpoints = z.strictObject({
  authorization: address.optional(),
  token: address.optional(),
  keys: address.optional().describe('The JSON Web Key Set (`jwks_uri`).'),
  userinfo: address.optional(),
  endSession: address.optional(),
});

const claims = z.strictObject({
  id: claimPath
    .optional()
    .describe('What the upstream never gives to anybody else. Default `sub`. It becomes part of our `sub`.'),
  username: claimPaths
    .optional()
    .describe('The first that is there. Default `preferred_username`, then `email`.'),
  displayName: claimPaths.optional().describe('The first that is there. Default `name`.'),
  email: claimPath.default('email'),
  emailVerified: claimPath.optional().describe('Default `email_verified`. Only `true` counts.'),
  insecureAssumeEmailVerified: z
    .boolean()
    .default(false)
    .describe('Where the upstream does not say whether it has checked the address: take it for checked.'),
  groups: groupSources
    .optional()
    .describe(
      'The claim that has the groups, or several: a list of names, one text, or objects with a name.',
    ),
});

const graph = z.strictObject({
  when: z
    .enum(['overage', 'always'])
    .default('overage')
    .describe(
      '`overage`: only where the token says that it could not hold all groups. `always`: for everybody.',
    ),
  name: z
    .enum(['id', 'displayName'])
    .default('id')
    .describe(
      'What a group is called. A display name is not unique, and in many tenants everybody may create a group.',
    ),
  securityGroupsOnly: z.boolean().default(true).describe('Leave out distribution lists and teams.'),
  url: address.default('https://graph.microsoft.com').describe('Of a national cloud: its Graph.'),
});

const workspace = z.strictObject({
  serviceAccount: z.string().min(1).meta({
    secret: true,
    description:
      'The key of a service account with domain-wide delegation, as the JSON file that Google gives.',
  }),
  admins: z
    .record(z.string(), z.email())
    .refine((admins) => Object.keys(admins).length > 0, 'names nobody')
    .describe('For each domain, or `*`, an administrator in whose name the service account asks.'),
  nested: z.boolean().default(false).describe('Groups of groups as well.'),
  url: address.default('https://admin.googleapis.com'),
});

const seconds = 'is not a number of seconds, such as "60s"';
const duration = z
  .string(seconds)
  .regex(/^\d{1,3}s$/, seconds)
  .transform((text) => Number.parseInt(text, 10));

export const options = z.strictObject({
  preset: z
    .enum(presetNames)
    .optional()
    .describe('The kind of upstream: fills in what is known about it; what you write yourself wins.'),
  issuer: address.optional().describe('Exactly as the upstream writes it in its tokens.'),
  tenant: z
    .uuid('is not a tenant id, such as "72f988bf-86f1-41af-91ab-2d7cd011db47"')
    .optional()
    .describe('With `preset: microsoft`: the directory (tenant) ID.'),
  discoveryUrl: address
    .refine((url) => url.includes('/.well-known/'), 'is not an address with "/.well-known/" in it')
    .optional()
    .describe('Where the discovery document is, if not at `<issuer>/.well-known/openid-configuration`.'),
  endpoints: endpoints
    .prefault({})
    .describe('What shall be used in place of what the discovery document says.'),
  ...clientFields,
  scopes: z
    .array(scopeName)
    .optional()
    .describe('Asked for besides `openid`. Default `profile`, `email`, and what the preset needs.'),
  offlineAccess: z
    .boolean()
    .optional()
    .describe('Ask for a refresh token (`offline_access`), so that somebody who leaves is noticed.'),
  parameters: authorizationParameters.prefault({}).describe('More parameters of the authorization request.'),
  prompt: z.string().min(1).optional().describe('`consent`, `select_account`, … for each sign-in.'),
  acrValues: z
    .array(scopeName)
    .default([])
    .describe('How people must have proved who they are: asked for, and required of the answer.'),
  hostedDomains: z
    .array(z.string().min(1).toLowerCase())
    .default([])
    .describe('With `preset: google`: whose accounts are let in (the claim `hd`).'),
  userinfo: z
    .boolean()
    .optional()
    .describe('Ask the userinfo endpoint as well. What the ID token says comes first.'),
  claims: claims.prefault({}),
  graph: graph.optional().describe('With `preset: microsoft`: ask Microsoft Graph for groups.'),
  workspaceGroups: workspace.optional().describe('With `preset: google`: ask the Directory API for groups.'),
  refresh: z
    .enum(['auto', 'required', 'never'])
    .default('auto')
    .describe(
      '`auto`: with the refresh token, if the upstream gives one; otherwise everything stays as it was at sign-in. `required`: no sign-in without one.',
    ),
  revoked: z
    .enum(['gone', 'unavailable'])
    .default('gone')
    .describe(
      'What it means that the upstream takes a refresh token no more. `gone`: the person must sign in again. `unavailable`: as if it did not answer.',
    ),
  logout: z
    .boolean()
    .default(true)
    .describe('Whoever signs out here is signed out there, if the upstream offers it.'),
  frontchannelLogout: z
    .boolean()
    .default(false)
    .describe(
      'Serve `/connectors/<id>/frontchannel-logout`, for an upstream that tells of sign-outs in no other way.',
    ),
  insecureNoFreshnessProof: z
    .boolean()
    .default(false)
    .describe(
      'Where the upstream does not say when somebody signed in (`auth_time`): believe that it has asked again when it was told to.',
    ),
  trustedAudiences: z
    .array(z.string().min(1))
    .default([])
    .describe('Others for whom an ID token may be meant besides us.'),
  algorithms: z
    .array(
      z.enum([
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
        'EdDSA',
        'Ed25519',
      ]),
    )
    .min(1)
    .default(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'])
    .describe('With which an ID token may be signed.'),
  clockTolerance: duration.prefault('60s').describe('By how much clocks may differ.'),
  ...connectionFields,
});

export type Options = z.output<typeof options>;
