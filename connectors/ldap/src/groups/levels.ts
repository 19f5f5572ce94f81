/** Walks from groups to the groups that contain them, level by level. */
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';
import { limits } from '../limits.ts';

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

/** Results in the order of the items, with so many searches under way at once. */
export async function inBatches<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<readonly R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += limits.concurrentSearches) {
    const batch = items.slice(start, start + limits.concurrentSearches);
    results.push(...(await Promise.all(batch.map(work))).flat());
  }
  return results;
}
