/** Group patterns: an exact name, or `*` for any run of characters. Case counts, as it does in Kubernetes. */
import type { GroupPattern } from './rules.ts';

export type GroupMatcher = (group: string) => boolean;

/** Matches a group that fits any of the patterns; no pattern, no match. */
export function anyOf(patterns: readonly GroupPattern[]): GroupMatcher {
  const exact = new Set(patterns.filter((pattern) => !isWild(pattern)));
  const wild = patterns.filter(isWild).map(compilePattern);
  return (group) => exact.has(group) || wild.some((matches) => matches(group));
}

export function isWild(pattern: GroupPattern): boolean {
  return pattern.includes('*');
}

/**
 * No regular expression is made: nothing in a pattern can mean more than itself, and no group name makes it slow.
 * Taking the leftmost place for each piece between two stars is enough, so there is no way back to try.
 */
export function compilePattern(pattern: GroupPattern): GroupMatcher {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return (group) => group === pattern;
  return (group) => {
    if (group.length < first.length + last.length) return false;
    if (!group.startsWith(first) || !group.endsWith(last)) return false;
    return containsInOrder(group.slice(first.length, group.length - last.length), rest);
  };
}

function containsInOrder(text: string, pieces: readonly string[]): boolean {
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return true;
}
