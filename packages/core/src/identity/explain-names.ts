/** Between the names that rules and tokens have for a group and those that the upstream has. */
import { isWild } from './group-pattern.ts';
import type { GroupMapping, GroupPattern, IdentityRules } from './rules.ts';

export interface NamedGroup {
  /** Where it is written, below `rules`. */
  readonly rule: string;
  readonly group: string;
}

/** The groups that rules name exactly, as the upstream would have to write them. Patterns name nothing exactly. */
export function groupsNamedBy({ require, deny, groups = {} }: IdentityRules): readonly NamedGroup[] {
  const made = new Set(Object.values(groups.rename ?? {}));
  const afterRenaming = (names: readonly GroupPattern[] = []) => names.filter((name) => !made.has(name));
  return [
    ...named('require.anyGroup', require?.anyGroup),
    ...named('require.allGroups', require?.allGroups),
    ...named('deny.groups', deny?.groups),
    ...named('groups.rename', Object.keys(groups.rename ?? {})),
    ...named('groups.include', afterRenaming(groups.include)),
    ...named('groups.exclude', afterRenaming(groups.exclude)),
  ];
}

function named(rule: string, patterns: readonly GroupPattern[] = []): readonly NamedGroup[] {
  return patterns.filter((pattern) => !isWild(pattern)).map((group) => ({ rule, group }));
}

/**
 * What the upstream may call a group that a token, or a person who asks, calls so: the name itself, what it was renamed
 * from, and both without the prefix. Each once, the likeliest first.
 */
export function upstreamNamesOf(
  name: string,
  { rename = {}, prefix = '' }: GroupMapping = {},
): readonly string[] {
  const bare = prefix !== '' && name.startsWith(prefix) ? [name.slice(prefix.length)] : [];
  const candidates = [name, ...bare];
  const renamed = Object.entries(rename)
    .filter(([from, to]) => !isWild(from) && candidates.includes(to))
    .map(([from]) => from);
  return [...new Set([...renamed, ...bare, name])].filter((candidate) => candidate !== '');
}
