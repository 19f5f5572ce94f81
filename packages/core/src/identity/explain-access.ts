/** Which demand of a connector entry or a client somebody meets, and by which group. */
import type { Client } from '../clients/client.ts';
import { compilePattern } from './group-pattern.ts';
import type { GroupPattern, IdentityRules } from './rules.ts';

export interface Demand {
  readonly rule: 'deny.groups' | 'require.anyGroup' | 'require.allGroups' | 'requireGroups';
  /** All that the rule names. */
  readonly patterns: readonly GroupPattern[];
  readonly met: boolean;
  /** The groups of the person that the rule is about. */
  readonly groups: readonly string[];
  /** Of `require.allGroups`: those that no group of the person fits. */
  readonly missing: readonly GroupPattern[];
}

/** In the order in which they are asked, with the names that the upstream has. Rules that are not written are left out. */
export function explainRules({ deny, require }: IdentityRules, groups: readonly string[]): readonly Demand[] {
  return [
    ...demand('deny.groups', deny?.groups, groups, ({ fitting }) => fitting.length === 0),
    ...demand('require.anyGroup', require?.anyGroup, groups, ({ fitting }) => fitting.length > 0),
    ...demand('require.allGroups', require?.allGroups, groups, ({ missing }) => missing.length === 0),
  ];
}

/** With the names that are left after the connector's rules. An empty list demands nothing here. */
export function explainClient({ requireGroups }: Client, groups: readonly string[]): readonly Demand[] {
  if (requireGroups.length === 0) return [];
  return demand('requireGroups', requireGroups, groups, ({ fitting }) => fitting.length > 0);
}

interface Fit {
  readonly fitting: readonly string[];
  readonly missing: readonly GroupPattern[];
}

function demand(
  rule: Demand['rule'],
  patterns: readonly GroupPattern[] | undefined,
  groups: readonly string[],
  isMet: (fit: Fit) => boolean,
): readonly Demand[] {
  if (patterns === undefined) return [];
  const matchers = patterns.map((pattern) => ({ pattern, fits: compilePattern(pattern) }));
  const fitting = groups.filter((group) => matchers.some(({ fits }) => fits(group)));
  const missing = matchers.filter(({ fits }) => !groups.some(fits)).map(({ pattern }) => pattern);
  return [{ rule, patterns, met: isMet({ fitting, missing }), groups: fitting, missing }];
}
