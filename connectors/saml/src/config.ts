/** The `config:` of a `saml` connector. Secrets and files (`{ fromEnv }`, `{ fromFile }`) arrive here as strings. */
import { z } from 'zod';
import { refuseConflicts } from './config/conflicts.ts';
import {
  duration,
  nameIdFormat,
  oneOrMore,
  pem,
  pemKey,
  secureUrl,
  signerPem,
  text,
  url,
} from './config/fields.ts';

const idp = z.strictObject({
  entityId: text.describe(
    'Its own name: the Issuer of its answers. Often an address, and not always its own.',
  ),
  ssoUrl: url.describe('Where browsers are sent to sign in.'),
  ssoBinding: z
    .enum(['redirect', 'post'])
    .default('redirect')
    .describe('How the request travels: in the address, or in a form that sends itself.'),
  logoutUrl: url
    .optional()
    .describe('Where browsers are sent to sign out. Absent: its session is left alone.'),
  logoutBinding: z.enum(['redirect', 'post']).default('redirect'),
  certificates: oneOrMore(signerPem).describe(
    'Its signing certificates. While it changes from one to the next, both; their dates do not matter.',
  ),
});

const metadata = z.strictObject({
  url: secureUrl.optional().describe('Where the provider publishes its metadata; over HTTPS.'),
  xml: z
    .string()
    .optional()
    .describe(
      'The metadata itself, as `{ fromFile: idp-metadata.xml }`; a changed file counts at the next start.',
    ),
  entityId: text.optional().describe('Which provider, where the metadata describes several.'),
  certificates: oneOrMore(signerPem)
    .optional()
    .describe('Whose signature the metadata must have. Federations sign theirs.'),
  refresh: duration('1h').describe('How long it counts, at most, before it is asked for again.'),
  ca: pem.optional().describe('The certificate authority of its web server, in place of the public ones.'),
});

const keyPair = z.strictObject({
  key: pemKey.meta({ secret: true, description: 'The private key.' }),
  certificate: pem.describe('Its certificate, which the metadata of this connector announces.'),
});

const attribute = text.describe('By `Name` or `FriendlyName`.');

const attributes = z.strictObject({
  id: attribute
    .optional()
    .describe(
      'What never changes and is never given to somebody else, such as an object id. Absent: the NameID, which then has to be persistent.',
    ),
  username: attribute.optional().describe('Absent: the e-mail address, or else the id.'),
  displayName: attribute.optional(),
  email: attribute.optional(),
  groups: attribute.optional().describe('Absent: nobody has groups.'),
});

const options = z.strictObject({
  idp: idp.optional().describe('The identity provider by hand. Either this or `metadata`.'),
  metadata: metadata.optional().describe('The identity provider as it describes itself.'),
  entityId: text
    .optional()
    .describe('Our own name, as the provider has it. Absent: the address of our metadata.'),
  callback: z
    .enum(['own', 'shared'])
    .default('own')
    .describe(
      '`own`: answers come to `/callback/<id>`. `shared`: to `/callback`, as they did with Dex. What is registered at the provider has to be the same.',
    ),
  nameIdFormat: nameIdFormat.describe(
    'What is asked for: `persistent`, `emailAddress`, `unspecified`, `transient` and others, or a whole name. `any`: nothing.',
  ),
  insecureNameIdAsId: z
    .boolean()
    .default(false)
    .describe(
      'Take a NameID that is not persistent as the id. Whoever is given the address or name of somebody who left is then taken for them.',
    ),
  nameQualifier: text
    .optional()
    .describe(
      'Whose ids the NameIDs are (`NameQualifier`), where the provider passes on those of somebody else: only these are taken. Absent: its own.',
    ),
  spNameQualifier: text
    .optional()
    .describe(
      'For whom the NameIDs were made (`SPNameQualifier`), such as an affiliation of service providers: only these are taken. Absent: for us.',
    ),
  attributes: attributes.prefault({}),
  groupsDelimiter: z
    .string()
    .min(1)
    .max(10)
    .optional()
    .describe('Where all groups stand in one value: what is between them.'),
  groupsRequired: z
    .boolean()
    .default(false)
    .describe(
      'Refuse answers without the attribute of the groups: many providers leave it out for who has none.',
    ),
  emailVerified: z
    .boolean()
    .default(false)
    .describe('Say `email_verified`: only where people cannot set their address themselves.'),
  signed: z
    .enum(['either', 'response', 'assertion', 'both'])
    .default('either')
    .describe('What has to be signed. What is said about the person is read from signed bytes in any case.'),
  signing: keyPair.optional().describe('With it, requests are signed.'),
  decryption: oneOrMore(keyPair).optional().describe('For encrypted assertions (AES-GCM with RSA-OAEP).'),
  requireEncryption: z.boolean().default(false).describe('Refuse assertions that are not encrypted.'),
  clockSkew: duration('60s').describe('By how much clocks may differ; at most five minutes.'),
  unsolicited: z
    .strictObject({
      initiateLoginUri: url.describe(
        'Where a browser begins a sign-in that comes with an answer nobody asked for: the address at which the application begins one.',
      ),
    })
    .optional(),
  forceAuthn: z.boolean().default(false).describe('Let the provider ask for the password at every sign-in.'),
  authnContexts: z
    .array(text)
    .max(10)
    .default([])
    .describe('Ways to sign in that are asked for, and that the answer has to name one of (`acr`).'),
});

export const configSchema = options.superRefine(refuseConflicts);

export type SamlConfig = z.output<typeof configSchema>;
