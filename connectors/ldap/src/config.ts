/** The `config:` of an `ldap` connector. Secrets and files (`{ fromEnv }`, `{ fromFile }`) arrive here as strings. */
import { z } from 'zod';
import { parseFilter } from './filters.ts';
import { parseHost } from './host.ts';

const attributeName = z
  .string()
  .regex(/^([A-Za-z][A-Za-z0-9-]*|\d+(\.\d+)+)$/, 'is not the name of an attribute, such as "uid" or "mail"');

const dn = z.string().regex(/^[^=,]+=/, 'is not a distinguished name, such as "ou=people,dc=example,dc=com"');

const filter = z.string().superRefine((text, context) => {
  const fault = parseFilter(text).fault;
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `is not an LDAP filter: ${fault}` });
});

const pem = z
  .string()
  .regex(
    /-----BEGIN [A-Z ]+-----/,
    'is not PEM; to read it from a file write { fromFile: /path/to/file.pem }',
  );

const scope = z
  .enum(['sub', 'one'])
  .default('sub')
  .describe('`sub`: the whole tree below the base; `one`: one level.');

const milliseconds = z
  .string()
  .regex(/^[1-9]\d{0,5}(ms|s|m)$/, 'is not a duration, such as "500ms", "5s" or "1m"')
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0];
    return Number.parseInt(text, 10) * (unit === 'm' ? 60_000 : unit === 's' ? 1000 : 1);
  });

function duration(fallback: string) {
  return milliseconds.prefault(fallback);
}

const userSearch = z.strictObject({
  baseDn: dn.describe('Where people are looked for.'),
  filter: filter.optional().describe('Which entries may sign in, such as `(objectClass=inetOrgPerson)`.'),
  scope,
  username: z
    .union([attributeName.transform((name) => [name]), z.array(attributeName).min(1)])
    .describe('The attribute, or attributes, that people type into the name field: `uid`, or `[uid, mail]`.'),
});

const attributes = z.strictObject({
  id: attributeName
    .optional()
    .describe(
      'An id that is never given to anybody else. Default: the first of objectGUID, entryUUID, nsUniqueId, ipaUniqueID.',
    ),
  username: attributeName.optional().describe('Default: the first of `userSearch.username`.'),
  displayName: attributeName.default('cn'),
  email: attributeName.default('mail'),
  emailSuffix: z
    .string()
    .regex(/^[^@\s]+$/, 'is the part after the "@"')
    .optional()
    .describe('For directories without addresses: the address is the user name, "@", and this.'),
  emailVerified: z.boolean().default(true).describe('Whether the directory vouches for the addresses in it.'),
});

const userMatcher = z.strictObject({
  userAttribute: attributeName.describe('An attribute of the person, or `DN`.'),
  groupAttribute: attributeName.describe(
    'The attribute of a group that holds its members: `member`, `memberUid`.',
  ),
  recursionGroupAttribute: attributeName
    .optional()
    .describe('For nested groups: the attribute in which a group holds the DNs of the groups inside it.'),
});

const maxDepth = z
  .int()
  .min(1)
  .max(64)
  .default(16)
  .describe('Nested groups: how many levels are followed. Deeper nesting is an error, never a shorter list.');

const groupSearch = z.strictObject({
  baseDn: dn.describe('Where groups are looked for.'),
  filter: filter.optional(),
  scope,
  nameAttribute: attributeName.default('cn').describe('The attribute that becomes the name of the group.'),
  userMatchers: z
    .array(userMatcher)
    .min(1)
    .prefault([{ userAttribute: 'DN', groupAttribute: 'member' }]),
  maxDepth,
  ignoreReferrals: z
    .boolean()
    .default(false)
    .describe('Leave out the parts of the tree that are on other servers, instead of failing.'),
});

const memberOf = z.strictObject({
  attribute: attributeName
    .default('memberOf')
    .describe('The attribute of a person that holds the DNs of their groups.'),
  filter: filter.optional().describe('Which of these groups count.'),
  nameAttribute: attributeName.default('cn').describe('The attribute that becomes the name of the group.'),
  nested: z.boolean().default(false).describe('Follow the same attribute of the groups.'),
  maxDepth,
});

const timeouts = z.strictObject({
  connect: duration('5s').describe('To connect, TLS included.'),
  operation: duration('10s').describe('To answer one request.'),
  call: duration('15s').describe('For a whole sign-in, refresh or check.'),
});

const options = z.strictObject({
  host: z
    .string()
    .superRefine((text, context) => {
      const { fault } = parseHost(text, 636);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
    })
    .describe(
      '`ldap.example.com` or `ldap.example.com:3269`. The port is 636, or 389 with `startTls` or without TLS.',
    ),
  startTls: z
    .boolean()
    .default(false)
    .describe('Begin without TLS, and secure the connection before anything is said.'),
  insecureNoTls: z.boolean().default(false).describe('No TLS at all: every password can be read on the way.'),
  insecureSkipTlsVerify: z
    .boolean()
    .default(false)
    .describe('Accept any certificate: anybody can play the directory.'),
  ca: pem
    .optional()
    .describe('The certificate authority, as PEM or `{ fromFile }`; it replaces the public ones.'),
  clientCert: pem.optional().describe('A certificate of ours, where the directory asks for one.'),
  clientKey: pem.optional().meta({ secret: true, description: 'The private key of `clientCert`.' }),
  bindDn: dn.optional().describe('The service account that searches. Without it, searches are anonymous.'),
  bindPassword: z
    .string()
    .min(1, 'is empty')
    .optional()
    .meta({ secret: true, description: 'The password of `bindDn`.' }),
  usernameLabel: z.string().min(1).default('Username').describe('The label of the name field.'),
  userSearch,
  attributes: attributes.prefault({}),
  insecureIdFromDn: z
    .boolean()
    .default(false)
    .describe(
      'Use the DN as id, as Dex does with `idAttr: DN`. Whoever is moved or renamed becomes somebody else.',
    ),
  groupSearch: groupSearch.optional().describe('Groups that name their members.'),
  memberOf: memberOf.optional().describe('Groups that the entry of the person names.'),
  timeouts: timeouts.prefault({}),
});

export const configSchema = options.superRefine(refuseConflicts);

/** What cannot stand together. */
function refuseConflicts(config: z.output<typeof options>, context: z.RefinementCtx): void {
  const conflict = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message, input: config });
  if (config.insecureNoTls && config.startTls) conflict('startTls', 'cannot go with `insecureNoTls`');
  if (config.insecureNoTls && config.insecureSkipTlsVerify) {
    conflict('insecureSkipTlsVerify', 'has no meaning with `insecureNoTls`');
  }
  if (config.insecureNoTls && config.ca) conflict('ca', 'has no meaning with `insecureNoTls`');
  if (config.bindDn !== undefined && config.bindPassword === undefined)
    conflict('bindPassword', 'is missing; `bindDn` needs one');
  if (config.bindPassword !== undefined && config.bindDn === undefined)
    conflict('bindDn', 'is missing; whose password is it?');
  if ((config.clientCert === undefined) !== (config.clientKey === undefined)) {
    conflict('clientCert', 'and `clientKey` go together');
  }
  if (config.groupSearch && config.memberOf) conflict('memberOf', 'and `groupSearch` exclude each other');
  if (config.insecureIdFromDn && config.attributes.id) {
    conflict('insecureIdFromDn', 'cannot go with `attributes.id`');
  }
}

export type LdapConfig = z.output<typeof configSchema>;
export type GroupSearch = NonNullable<LdapConfig['groupSearch']>;
export type MemberOf = NonNullable<LdapConfig['memberOf']>;
