/** Many questions to one directory: some at once, never all. */
import { limits } from '../limits.ts';

/** Results in the order of the items, with so many searches under way at once. */
export async function inBatches<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<readonly R[]>,
): Promise<R[]> {
  const results: R[] = [];
  for (const batch of chunksOf(items, limits.concurrentSearches)) {
    results.push(...(await Promise.all(batch.map(work))).flat());
  }
  return results;
}

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, n) => items.slice(n * size, (n + 1) * size));
}
