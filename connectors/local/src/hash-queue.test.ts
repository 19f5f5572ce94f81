import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectorError } from '@gatehouse/connector-kit';
import { test } from 'vitest';
import { HashQueue } from './hash-queue.ts';

/** Work that ends when the test says so. */
class Work {
  readonly #gate = Promise.withResolvers<string>();
  started = false;
  readonly run = () => {
    this.started = true;
    return this.#gate.promise;
  };
  end(): void {
    this.#gate.resolve('done');
  }
  fail(): void {
    this.#gate.reject(new Error('out of memory'));
  }
}

const nobodyLeaves = new AbortController().signal;

function isUnavailable(error: unknown): boolean {
  return ConnectorError.is(error) && error.code === 'unavailable';
}

test('no more than the limit runs at once, and the others follow in order', async () => {
  const queue = new HashQueue({ atOnce: 2, waiting: 2 });
  const works = [new Work(), new Work(), new Work(), new Work()] as const;
  const done = Promise.all(works.map((work) => queue.run(work.run, nobodyLeaves)));
  const started = () => works.map((work) => work.started);
  await turn();
  assert.deepEqual(started(), [true, true, false, false]);
  works[1].end();
  await turn();
  assert.deepEqual(started(), [true, true, true, false]);
  for (const work of works) work.end();
  assert.deepEqual(await done, ['done', 'done', 'done', 'done']);
});

// A burst of sign-ins with any name would otherwise hold a place, a socket and memory each.
test('a burst past the end of the line is told to come back', async () => {
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  const [first, second] = [new Work(), new Work()];
  const running = [queue.run(first.run, nobodyLeaves), queue.run(second.run, nobodyLeaves)];
  await assert.rejects(queue.run(new Work().run, nobodyLeaves), (error) => {
    return isUnavailable(error) && error instanceof ConnectorError && error.retryAfter !== undefined;
  });
  first.end();
  second.end();
  await Promise.all(running);
});

test('who leaves while waiting gives up the place and does no work', async () => {
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  const [first, left, next] = [new Work(), new Work(), new Work()];
  const leaving = new AbortController();
  const running = queue.run(first.run, nobodyLeaves);
  const waiting = queue.run(left.run, leaving.signal);
  leaving.abort();
  await assert.rejects(waiting, isUnavailable);
  const after = queue.run(next.run, nobodyLeaves);
  first.end();
  next.end();
  await Promise.all([running, after]);
  assert.equal(left.started, false);
});

// The thread is still busy: a place that came free with the person would let a burst of aborted calls pile up.
test('who leaves during the work is answered at once, and the place stays taken until the work ends', async () => {
  const queue = new HashQueue({ atOnce: 1, waiting: 1 });
  const [first, next] = [new Work(), new Work()];
  const leaving = new AbortController();
  const running = queue.run(first.run, leaving.signal);
  await turn();
  leaving.abort();
  await assert.rejects(running, isUnavailable);
  const after = queue.run(next.run, nobodyLeaves);
  await turn();
  assert.equal(next.started, false);
  first.end();
  next.end();
  assert.equal(await after, 'done');
});

test('work that fails gives its place back', async () => {
  const queue = new HashQueue({ atOnce: 1, waiting: 0 });
  const work = new Work();
  const running = queue.run(work.run, nobodyLeaves);
  work.fail();
  await assert.rejects(running, /out of memory/);
  const next = new Work();
  next.end();
  assert.equal(await queue.run(next.run, nobodyLeaves), 'done');
});

test('a call that has ended starts nothing', async () => {
  const work = new Work();
  await assert.rejects(new HashQueue().run(work.run, AbortSignal.abort()), isUnavailable);
  assert.equal(work.started, false);
});
