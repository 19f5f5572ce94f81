/** Options: how the groups of a person are found. At most one of the three ways. */
import { z } from 'zod';
import { attributeName, dn, filter, oneOrMore, scope } from './fields.ts';

const nameAttribute = attributeName
  .optional()
  .describe('The attribute that becomes the name of the group, or `DN`. Default: `cn`.');

const maxDepth = z
  .int()
  .min(1)
  .max(64)
  .default(16)
  .describe('Nested groups: how many levels are followed. Deeper nesting is an error, never a shorter list.');

const primaryGroup = z
  .boolean()
  .default(false)
  .describe(
    "Active Directory: also the group of `primaryGroupID`, which names nobody as its member ('Domain Users').",
  );

const userMatcher = z
  .strictObject({
    userAttribute: attributeName.describe('An attribute of the person, or `DN`.'),
    groupAttribute: attributeName.describe(
      'The attribute of a group that holds its members: `member`, `memberUid`.',
    ),
    recursionGroupAttribute: attributeName
      .optional()
      .describe('For nested groups: the attribute in which a group holds the DNs of the groups inside it.'),
    inChain: z
      .boolean()
      .default(false)
      .describe(
        'Active Directory: the directory itself follows nested groups (LDAP_MATCHING_RULE_IN_CHAIN).',
      ),
  })
  .refine(({ inChain, recursionGroupAttribute }) => !(inChain && recursionGroupAttribute), {
    path: ['inChain'],
    message: 'and `recursionGroupAttribute` exclude each other: both follow nested groups',
  });

const groupSearch = z.strictObject({
  baseDn: oneOrMore(dn).describe('Where groups are looked for: one base, or several.'),
  filter: filter.optional(),
  scope,
  nameAttribute,
  userMatchers: z.array(userMatcher).min(1).optional().describe('Default: `DN` in `member`.'),
  primaryGroup,
  maxDepth,
  ignoreReferrals: z
    .boolean()
    .optional()
    .describe('Leave out the parts of the tree that are on other servers, instead of failing.'),
});

const memberOf = z.strictObject({
  attribute: attributeName
    .default('memberOf')
    .describe('The attribute of a person that holds the DNs of their groups.'),
  baseDn: oneOrMore(dn)
    .optional()
    .describe('Only what is below counts. For directories that list other things than groups there.'),
  filter: filter.optional().describe('Which of these groups count.'),
  nameAttribute,
  nested: z.boolean().default(false).describe('Follow the same attribute of the groups.'),
  primaryGroup,
  maxDepth,
});

const tokenGroups = z.strictObject({
  baseDn: oneOrMore(dn)
    .optional()
    .describe('Where the groups are. Default: the domains (`DC=…`) of `userSearch.baseDn`.'),
  attribute: z
    .enum(['tokenGroups', 'tokenGroupsGlobalAndUniversal'])
    .default('tokenGroups')
    .describe('The second leaves out the groups that count in one domain only.'),
  filter: filter.optional().describe('Which of these groups count.'),
  nameAttribute,
});

export const groups = {
  groupSearch: groupSearch.optional().describe('Groups that name their members.'),
  memberOf: memberOf.optional().describe('Groups that the entry of the person names.'),
  tokenGroups: tokenGroups
    .optional()
    .describe(
      'Active Directory: all security groups, nested ones included, as the domain controller computes them.',
    ),
};
