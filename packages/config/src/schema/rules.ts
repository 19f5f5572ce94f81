/** `rules` of a connector: who is let in, and what their groups are called here. */
import type { IdentityRules } from '@gatehouse/core';
import { z } from 'zod';
import { group, groupPattern, list } from './primitives.ts';

const reserved = 'must not begin with system: (Kubernetes keeps these groups for itself)';

/** `system:` groups are dropped after all rules anyway: whoever writes one here expects what will not happen. */
function groupName() {
  return group().refine((value) => !/^\s*system:/i.test(value), { error: reserved });
}

const groupMapping = z.strictObject({
  rename: z
    .record(groupPattern(), groupName(), { error: 'must be a map from old names to new ones' })
    .exactOptional()
    .describe(
      'From the name at the upstream, or a pattern for several, to the name here. An exact name wins over a pattern.',
    ),
  include: list(groupPattern())
    .exactOptional()
    .describe('Only these are kept, by their new names. Without it, all.'),
  exclude: list(groupPattern()).exactOptional().describe('These are taken out, by their new names.'),
  prefix: groupName()
    .refine((value) => !value.includes('*'), { error: 'must not contain *' })
    .exactOptional()
    .describe('Put before every name that is left, so that two connectors cannot yield the same group.'),
});

export const rules = z
  .strictObject({
    require: z
      .strictObject({
        anyGroup: list(groupPattern()).exactOptional().describe('The person must be in one of these.'),
        allGroups: list(groupPattern()).exactOptional().describe('The person must be in all of these.'),
      })
      .exactOptional()
      .describe('Who is let in, by the names at the upstream. Without it, everybody.'),
    deny: z
      .strictObject({
        groups: list(groupPattern()).exactOptional().describe('Nobody who is in one of these.'),
      })
      .exactOptional()
      .describe('Who is kept out in any case, by the names at the upstream.'),
    groups: groupMapping
      .exactOptional()
      .describe('What the groups are called here: rename, then include, then exclude, then prefix.'),
  })
  .prefault({})
  .describe(
    'Access rules and group mapping, the same for every type of connector. A pattern is an exact name, or has `*` for any run of characters. They are applied each time a token is made, so a change acts at once.',
  ) satisfies z.ZodType<IdentityRules>;
