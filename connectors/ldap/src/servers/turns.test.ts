import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

const never = new AbortController().signal;
const turns = (atOnce: number, waiting = 100) => new Turns({ atOnce, waiting, what: 'a turn' });

/** Work that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<string>();
  let begun = false;
  const work = () => {
    begun = true;
    return promise;
  };
  return { work, end: resolve, begun: () => begun };
}

test('no more than so many run at once, and the others come in the order of arrival', async () => {
  const line = turns(2);
  const works = [held(), held(), held(), held()];
  const all = works.map(({ work }) => line.run(never, work));
  const begun = () => works.map((work) => work.begun());
  await expect.poll(begun).toEqual([true, true, false, false]);
  works[1]?.end('b');
  await expect.poll(begun).toEqual([true, true, true, false]);
  for (const [n, { end }] of works.entries()) end(`${n}`);
  expect(await Promise.all(all)).toEqual(['0', 'b', '2', '3']);
});

test('work that fails gives its turn back', async () => {
  const line = turns(1);
  await expect(line.run(never, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await line.run(never, async () => 'next')).toBe('next');
});

test('who leaves the line is not waited for, and takes nobody’s turn', async () => {
  const line = turns(1);
  const first = held();
  const leaving = new AbortController();
  const running = line.run(never, first.work);
  const second = line.run(leaving.signal, async () => 'second');
  const third = line.run(never, async () => 'third');
  leaving.abort();
  await expect(second).rejects.toMatchObject({ code: 'unavailable', silence: 'left' });
  first.end('first');
  expect(await Promise.all([running, third])).toEqual(['first', 'third']);
  expect(await line.run(never, async () => 'free again')).toBe('free again');
});

test('a line that is full refuses who comes, and not who waits', async () => {
  const line = turns(1, 2);
  const first = held();
  const running = line.run(never, first.work);
  const waiting = ['a', 'b'].map((name) => line.run(never, async () => name));
  await expect(line.run(never, async () => 'c')).rejects.toMatchObject({ code: 'unavailable' });
  first.end('first');
  expect(await Promise.all([running, ...waiting])).toEqual(['first', 'a', 'b']);
});

test('a call that has ended already gets no turn', async () => {
  await expect(turns(1).run(AbortSignal.abort(), async () => 'x')).rejects.toMatchObject({ silence: 'left' });
});
