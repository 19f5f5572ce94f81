/** From the upstream's groups to ours: rename, include, exclude, prefix; then what must never get out is dropped. */
import { anyOf, compilePattern, isWild } from './group-pattern.ts';
import { isReadable } from './readable-text.ts';
import { isReserved } from './reserved.ts';
import type { GroupFilter, GroupMapping } from './rules.ts';

export interface DroppedGroup {
  readonly group: string;
  /** `reserved`: it begins with `system:` after all rules. `unreadable`: control characters or broken Unicode. */
  readonly reason: 'reserved' | 'empty' | 'unreadable';
}

export interface MappedGroups {
  /** Each once, in the upstream's order. */
  readonly groups: readonly string[];
  /** For the log. What include and exclude leave out is not listed: the operator wanted that. */
  readonly dropped: readonly DroppedGroup[];
}

export function mapGroups(groups: readonly string[], mapping: GroupMapping = {}): MappedGroups {
  const rename = renamer(mapping.rename ?? {});
  const keeps = filterOf(mapping);
  const kept = new Set<string>();
  const dropped = new Map<string, DroppedGroup>();
  for (const group of groups) {
    const { name } = rename(group);
    if (!keeps(name)) continue;
    const mapped = `${mapping.prefix ?? ''}${name}`;
    const reason = faultOf(name, mapped);
    if (reason === null) kept.add(mapped);
    else dropped.set(group, { group, reason });
  }
  return { groups: [...kept], dropped: [...dropped.values()] };
}

/** Absent `include` keeps everything; an empty one keeps nothing. `exclude` has the last word. */
export function filterOf(filter: GroupFilter): (group: string) => boolean {
  const included = filter.include === undefined ? () => true : anyOf(filter.include);
  const excluded = anyOf(filter.exclude ?? []);
  return (group) => included(group) && !excluded(group);
}

export interface Renamed {
  readonly name: string;
  /** The entry of `rename` that did it. */
  readonly by?: string;
}

/**
 * An exact name wins over patterns; among those the one that is written first. Names are never chained, and what is
 * unreadable stays so.
 */
export function renamer(rename: Readonly<Record<string, string>>): (group: string) => Renamed {
  const exact = new Map(Object.entries(rename));
  const wild = [...exact]
    .filter(([from]) => isWild(from))
    .map(([from, to]) => ({ matches: compilePattern(from), from, to }));
  return (group) => {
    if (!isReadable(group)) return { name: group };
    const name = exact.get(group);
    if (name !== undefined) return { name, by: group };
    const pattern = wild.find(({ matches }) => matches(group));
    return pattern === undefined ? { name: group } : { name: pattern.to, by: pattern.from };
  };
}

/** The prefix must not save an empty name, nor hide that `system:` came out of all rules. */
export function faultOf(name: string, mapped: string): DroppedGroup['reason'] | null {
  if (name.trim() === '') return 'empty';
  if (!isReadable(mapped)) return 'unreadable';
  return isReserved(mapped) ? 'reserved' : null;
}
