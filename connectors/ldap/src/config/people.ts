/** Options: who may sign in, what people type, which attributes make an identity, what a locked account means. */
import { z } from 'zod';
import { attributeName, dn, filter, oneOrMore, scope } from './fields.ts';

const userSearch = z.strictObject({
  baseDn: oneOrMore(dn).describe('Where people are looked for: one base, or several.'),
  filter: filter.optional().describe('Which entries may sign in, such as `(objectClass=inetOrgPerson)`.'),
  scope,
  username: oneOrMore(attributeName)
    .optional()
    .describe('The attribute, or attributes, that people type into the name field: `uid`, or `[uid, mail]`.'),
  netbiosDomains: z
    .record(z.string().regex(/^[^\\/:*?"<>|.\s]{1,15}$/), dn, {
      error: ({ code }) => (code === 'invalid_key' ? 'is not a NetBIOS name, such as "CORP"' : undefined),
    })
    .optional()
    .describe(
      'For names typed as `CORP\\jane`: the base of each domain, `{ CORP: "dc=corp,dc=example,dc=com" }`. Default with `preset: active-directory`: what the directory says.',
    ),
});

const attributes = z.strictObject({
  id: attributeName
    .optional()
    .describe(
      'An id that is never given to anybody else. Default: the first of objectGUID, entryUUID, nsUniqueId, ipaUniqueID.',
    ),
  username: attributeName.optional().describe('Default: the first of `userSearch.username`.'),
  displayName: attributeName.optional().describe('Default: `cn`.'),
  email: attributeName.optional().describe('Default: `mail`.'),
  emailSuffix: z
    .string()
    .regex(/^[^@\s]+$/, 'is the part after the "@"')
    .optional()
    .describe('For directories without addresses: the address is the user name, "@", and this.'),
  emailVerified: z
    .boolean()
    .optional()
    .describe(
      'Whether the directory vouches for the addresses in it. Default: `true`; with `preset: lldap` `false`, since people change theirs.',
    ),
});

export const people = {
  usernameLabel: z.string().min(1).default('Username').describe('The label of the name field.'),
  userSearch,
  attributes: attributes.prefault({}),
  insecureIdFromDn: z
    .boolean()
    .default(false)
    .describe(
      'Use the DN as id, as Dex does with `idAttr: DN`. Whoever is moved or renamed becomes somebody else.',
    ),
  onLocked: z
    .enum(['keep', 'refuse'])
    .default('keep')
    .describe(
      'Refreshes of an account that too many wrong passwords have locked. `refuse` lets anybody end the sessions of others by guessing.',
    ),
  passwordChangeUrl: z
    .url({ protocol: /^https?$/, error: 'is not an address that begins with https://' })
    .optional()
    .describe('Where people change a password that has expired.'),
};
