/** Groups in groups: from some of them to those that contain them, level by level. */
import type { Filter } from 'ldapts';
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';
import { anyOf, equals } from '../filters.ts';
import { limits } from '../limits.ts';
import { chunksOf, inBatches } from './batches.ts';
import { type Found, FoundGroups } from './found-groups.ts';

/** Finds groups that pass a filter. */
export type FindGroups = (filter: Filter, how: string) => Promise<readonly Found[]>;

/** `next` answers the groups of the next level that were not met before: a circle ends by itself. */
export async function followLevels(
  first: readonly Entry[],
  maxDepth: number,
  next: (level: readonly Entry[]) => Promise<readonly Entry[]>,
): Promise<void> {
  let level = first;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) {
      throw misconfigured(`groups are nested deeper than \`maxDepth\` (${maxDepth}), at ${level[0]?.dn}`);
    }
    level = await next(level);
  }
}

/** From groups to those that contain them, and so on to the top. */
export class Upwards {
  readonly #find: FindGroups;
  readonly #maxDepth: number;
  /** By attribute, apart from what was found: a group that was found in another way has not been followed by that. */
  readonly #walked = new Map<string, FoundGroups>();

  constructor(find: FindGroups, maxDepth: number) {
    this.#find = find;
    this.#maxDepth = maxDepth;
  }

  /** In the order of finding; none without an attribute to follow. */
  async groupsAbove(groups: readonly Found[], attribute: string | undefined): Promise<readonly Found[]> {
    if (attribute === undefined) return [];
    const walked = this.#walked.get(attribute) ?? new FoundGroups();
    this.#walked.set(attribute, walked);
    const found: Found[] = [];
    await followLevels(walked.add(groups), this.#maxDepth, async (level) => {
      const above = await oneLevelUp(level, attribute, this.#find);
      found.push(...above);
      return walked.add(above);
    });
    return found;
  }
}

/**
 * The groups that contain one of these. All are asked about in few searches: most groups are in no other one, and that
 * is the end of it. Of a few, each is then asked about by itself, since only that tells which contains which: it
 * is the order that people expect, and what an administrator wants to know.
 */
async function oneLevelUp(
  level: readonly Entry[],
  attribute: string,
  find: FindGroups,
): Promise<readonly Found[]> {
  const above = (group: Entry) => find(equals(attribute, group.dn), `contains ${group.dn} (${attribute})`);
  if (level.length === 1) return inBatches(level, above);

  const together = await inBatches(chunksOf(level, limits.groupsPerSearch), (groups) =>
    find(
      anyOf(groups.map(({ dn }) => equals(attribute, dn))),
      `contains one of ${groups.length} groups, of which ${groups[0]?.dn} is the first (${attribute})`,
    ),
  );
  const few = level.length <= limits.concurrentSearches;
  return few && together.length > 0 ? inBatches(level, above) : together;
}
