import assert from 'node:assert/strict';
import { test } from 'vitest';
import { testHost } from './test-host.ts';

test('once is true the first time only, until its time has come', async () => {
  const host = testHost();
  const until = new Date(host.now().getTime() + 1_000);
  assert.equal(await host.once('a', until), true);
  assert.equal(await host.once('a', until), false);
  assert.equal(await host.once('b', until), true);
  host.advance(1_000);
  assert.equal(await host.once('a', new Date(host.now().getTime() + 1_000)), true);
});

test('the clock stands still until it is moved', () => {
  const host = testHost({ now: new Date('2026-05-05T05:05:05Z') });
  host.advance(500);
  assert.equal(host.now().toISOString(), '2026-05-05T05:05:05.500Z');
});

test('requests are counted, and made by the given fetch', async () => {
  const host = testHost({ fetch: async () => new Response('played') });
  assert.equal(await (await host.fetch('https://upstream.example/a')).text(), 'played');
  await host.fetch(new Request('https://upstream.example/b'));
  assert.deepEqual(host.fetched, ['https://upstream.example/a', 'https://upstream.example/b']);
});
