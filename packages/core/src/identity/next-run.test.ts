import { describe, expect, test } from 'vitest';
import { NextRun } from './next-run.ts';

/** Work whose runs the test ends, one by one. */
function played() {
  const runs: PromiseWithResolvers<number>[] = [];
  const shared = new NextRun(() => {
    const run = Promise.withResolvers<number>();
    runs.push(run);
    return run.promise;
  });
  return { runs, shared };
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('work that is shared', () => {
  test('runs once for all who ask before it begins, and once more for all who ask while it runs', async () => {
    const { runs, shared } = played();
    const first = [shared.run(), shared.run()];
    await settle();
    const second = [shared.run(), shared.run(), shared.run()];
    await settle();
    expect(runs).toHaveLength(1);
    runs[0]?.resolve(1);
    await settle();
    expect(runs).toHaveLength(2);
    runs[1]?.resolve(2);
    expect(await Promise.all([...first, ...second])).toEqual([1, 1, 2, 2, 2]);
  });

  test('that fails fails for who shared it, and is tried again for the next', async () => {
    const { runs, shared } = played();
    const first = shared.run();
    await settle();
    const second = shared.run();
    runs[0]?.reject(new Error('down'));
    await expect(first).rejects.toThrow('down');
    await settle();
    runs[1]?.resolve(2);
    expect(await second).toBe(2);
  });
});
