/** What the rules make of each group, step by step, for "why do I not have group X". */
import { compilePattern } from './group-pattern.ts';
import { type DroppedGroup, faultOf, renamer } from './groups.ts';
import type { GroupFilter, GroupMapping, GroupPattern } from './rules.ts';

export interface GroupFate {
  /** As the upstream writes it. */
  readonly group: string;
  /** As it is after all rules; null where they leave it out. */
  readonly name: string | null;
  /** The rules that had to do with it, in their order. */
  readonly steps: readonly GroupStep[];
}

export type GroupStep =
  | { readonly rule: 'rename'; readonly pattern: GroupPattern; readonly name: string }
  | { readonly rule: 'prefix'; readonly prefix: string; readonly name: string }
  /** Without a pattern: `include` has none that fits, and the group is left out. */
  | { readonly rule: 'include'; readonly pattern?: GroupPattern }
  | { readonly rule: 'exclude'; readonly pattern: GroupPattern }
  | { readonly rule: 'dropped'; readonly reason: DroppedGroup['reason'] };

/** In the same order, one for each; two groups may come out under one name. */
export function explainGroups(groups: readonly string[], mapping: GroupMapping = {}): readonly GroupFate[] {
  const rename = renamer(mapping.rename ?? {});
  return groups.map((group) => {
    const { name, by } = rename(group);
    const renamed: readonly GroupStep[] = by === undefined ? [] : [{ rule: 'rename', pattern: by, name }];
    const filtered = explainFilter(mapping, name);
    const before = [...renamed, ...filtered.steps];
    if (!filtered.kept) return { group, name: null, steps: before };

    const { prefix = '' } = mapping;
    const mapped = prefix + name;
    const steps: readonly GroupStep[] =
      prefix === '' ? before : [...before, { rule: 'prefix', prefix, name: mapped }];
    const reason = faultOf(name, mapped);
    if (reason === null) return { group, name: mapped, steps };
    return { group, name: null, steps: [...steps, { rule: 'dropped', reason }] };
  });
}

/** Of the connector's rules or of a client: which entry lets a group through, or keeps it out. */
export function explainFilter(
  { include, exclude }: GroupFilter,
  group: string,
): { readonly kept: boolean; readonly steps: readonly GroupStep[] } {
  const steps: GroupStep[] = [];
  if (include !== undefined) {
    const pattern = firstFitting(include, group);
    if (pattern === undefined) return { kept: false, steps: [{ rule: 'include' }] };
    steps.push({ rule: 'include', pattern });
  }
  const excluded = firstFitting(exclude ?? [], group);
  if (excluded !== undefined) steps.push({ rule: 'exclude', pattern: excluded });
  return { kept: excluded === undefined, steps };
}

function firstFitting(patterns: readonly GroupPattern[], group: string): GroupPattern | undefined {
  return patterns.find((pattern) => compilePattern(pattern)(group));
}
