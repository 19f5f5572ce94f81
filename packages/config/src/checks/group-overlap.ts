/**
 * Warns when two connectors can yield the same group: whoever may make groups in the weaker directory then hands out
 * the rights that were meant for the other.
 *
 * Decided from the rules alone, and on the safe side: without `include` a connector can yield any name. `rename`
 * needs no look, for its results pass `include` too. Of `exclude`, only what removes an included name whole counts.
 */
import type { GroupMapping } from '@gatehouse/core';
import type { Legible } from '../schema/legible.ts';
import { quote, renderPath } from '../source/problem.ts';
import type { Report } from '../source/report.ts';

type Pair = readonly [here: string, there: string];

export function warnOfGroupOverlap({ connectors }: Legible, report: Report): void {
  const yields = connectors.map((connector) =>
    connector ? possibleGroups(connector.rules.groups ?? {}) : [],
  );
  for (const [later, ours] of yields.entries()) {
    const pairs = yields.slice(0, later).map((theirs) => firstOverlap(ours, theirs));
    const others = pairs.flatMap((pair, at) => (pair === null ? [] : [renderPath(['connectors', at])]));
    const [example] = pairs.filter((pair) => pair !== null);
    if (example) report.warning(['connectors', later], sentence(others, example), 'value');
  }
}

/** Names enough of them to see what is meant: among twenty connectors without rules, each overlaps all others. */
function sentence([first, ...others]: readonly string[], [here, there]: Pair): string {
  const more = others.length > 3 ? [...others.slice(0, 2), `${others.length - 2} more`] : others;
  const rest = more.length > 0 ? `, and as ${more.join(', ')}` : '';
  const [people, which] = more.length > 0 ? ['each', 'all but one'] : ['both', 'one'];
  return `can yield the same groups as ${first} (${quote(here)} here, ${quote(there)} there)${rest}: a right for such a group is a right for people of ${people}. Set rules.groups.prefix or include on ${which} of them`;
}

/** Patterns for every name that can come out. */
function possibleGroups({ include = ['*'], exclude = [], prefix = '' }: GroupMapping): readonly string[] {
  return include
    .filter((pattern) => !exclude.some((other) => covers(other, pattern)))
    .map((name) => prefix + name);
}

function covers(wide: string, narrow: string): boolean {
  return wide === narrow || wide === '*' || (!narrow.includes('*') && overlap(wide, narrow));
}

function firstOverlap(ours: readonly string[], theirs: readonly string[]): Pair | null {
  for (const a of ours) {
    const b = theirs.find((pattern) => overlap(a, pattern));
    if (b !== undefined) return [a, b];
  }
  return null;
}

/**
 * Whether one name can match both patterns.
 *
 * Only what stands before the first and behind the last `*` can keep two patterns apart when both have one; and one
 * without a `*` is a name to be matched.
 */
export function overlap(a: string, b: string): boolean {
  if (!a.includes('*')) return matches(b, a);
  if (!b.includes('*')) return matches(a, b);
  return agree(head(a), head(b)) && agree(reverse(tail(a)), reverse(tail(b)));
}

function head(pattern: string): string {
  return pattern.slice(0, pattern.indexOf('*'));
}

function tail(pattern: string): string {
  return pattern.slice(pattern.lastIndexOf('*') + 1);
}

function reverse(text: string): string {
  return [...text].reverse().join('');
}

function agree(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

/** Greedy from the left, in linear time: a regular expression with many stars would not be. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last))
    return false;
  let position = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, position);
    if (found === -1) return false;
    position = found + part.length;
  }
  return position <= name.length - last.length;
}
