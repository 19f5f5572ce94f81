import { testHost } from '@gatehouse/connector-kit/testing';
import { beforeEach, expect, test } from 'vitest';
import { Health } from './health.ts';

let host = testHost();
let changes: string[] = [];
let health: Health;
beforeEach(() => {
  host = testHost();
  changes = [];
  health = new Health({
    now: () => host.now(),
    onChange: (up, reason) => changes.push(up ? 'back' : `away: ${reason}`),
    random: () => 1,
  });
});

/** Fails as work that begins now would. */
const fail = (reason = 'broken') => health.failed(health.knowledge, reason);

/** Milliseconds until the server may be asked again. */
function backOff(): number {
  return health.retryAt - host.now().getTime();
}

test('a server is up until it fails, and is asked again after a while', () => {
  expect([health.up, health.due]).toEqual([true, false]);
  fail();
  expect([health.up, health.due]).toEqual([false, false]);
  host.advance(backOff());
  expect([health.up, health.due]).toEqual([false, true]);
  health.answered();
  expect([health.up, health.due]).toEqual([true, false]);
});

test('each failure in a row doubles the pause, up to a minute', () => {
  const pauses = Array.from({ length: 9 }, () => {
    fail();
    return backOff();
  });
  expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('half of the pause is random', () => {
  const early = new Health({ now: () => host.now(), onChange: () => {}, random: () => 0 });
  early.failed(early.knowledge, 'broken');
  expect(early.retryAt - host.now().getTime()).toBe(500);
});

test('twenty who met the same failure count as one', () => {
  const since = health.knowledge;
  for (let n = 0; n < 20; n += 1) health.failed(since, 'broken');
  expect(backOff()).toBe(1000);
  expect(changes).toEqual(['away: broken']);
});

test('an answer ends the pause, and only work that was done makes the next one short again', () => {
  fail();
  health.answered();
  fail();
  expect(backOff()).toBe(2000);
  health.answered();
  health.worked(health.knowledge);
  fail();
  expect(backOff()).toBe(1000);
});

test('work that began before the failure and ends after it does not say that the server is back', () => {
  const since = health.knowledge;
  fail();
  health.worked(since);
  expect(health.up).toBe(false);
});

test('going away and coming back are told once each', () => {
  fail('first');
  fail('second');
  health.answered();
  health.answered();
  expect(changes).toEqual(['away: first', 'back']);
});

test('who works there hears that it goes away; who comes later, the next time', () => {
  const before = health.away;
  fail();
  expect(before.aborted).toBe(true);
  health.answered();
  expect(health.away.aborted).toBe(false);
});

test('a clock that is put back does not make the pause longer', () => {
  fail();
  host.advance(-24 * 60 * 60 * 1000);
  expect(health.due).toBe(true);
});
