import assert from 'node:assert/strict';
import { test } from 'vitest';
import { ConnectorError } from './error.ts';
import { adviceOnFetch, answerFailed, fetchFailed, readJson, retryAfter } from './http.ts';
import { HttpFailure, type HttpFailureKind } from './http-failure.ts';

const now = new Date('2026-01-01T12:00:00Z');
const answer = (headers: Record<string, string>, status = 503) => new Response(null, { status, headers });

const kinds: readonly (readonly [HttpFailureKind, string])[] = [
  ['address', 'misconfigured'],
  ['plain_http', 'misconfigured'],
  ['certificate', 'misconfigured'],
  ['too_large', 'unavailable'],
  ['too_slow', 'unavailable'],
  ['unreachable', 'unavailable'],
];

test.each(kinds)('a request that failed for %s is %s, and the reason says why', (kind, code) => {
  const thrown = new TypeError('fetch failed', { cause: new HttpFailure(kind, 'why it failed') });
  const error = fetchFailed(thrown, 'the key set');
  assert.deepEqual([error.code, error.message], [code, 'the key set cannot be asked: why it failed']);
  assert.equal(error.cause, thrown);
});

test('there is advice where nothing was answered, and none where the connector knows better', () => {
  const advice = (kind: HttpFailureKind) =>
    adviceOnFetch(fetchFailed(new TypeError('fetch failed', { cause: new HttpFailure(kind, 'why') }), 'it'));
  assert.match(advice('certificate') ?? '', /`ca`/);
  assert.match(advice('unreachable') ?? '', /firewall/);
  assert.equal(advice('too_slow'), advice('unreachable'));
  assert.equal(advice('plain_http'), undefined);
  assert.equal(adviceOnFetch(new ConnectorError('misconfigured', { reason: 'x' })), undefined);
});

test('a failure of another copy of the kit is recognised, however deep it lies', () => {
  const theirs = Object.assign(new Error('why'), { name: 'HttpFailure', kind: 'address' });
  const wrapped = new Error('a library', { cause: new TypeError('fetch failed', { cause: theirs }) });
  assert.equal(fetchFailed(wrapped, 'it').code, 'misconfigured');
});

test('what is no failure of ours is `unavailable`: an abort, an unknown error, nonsense, a circle', () => {
  const circle = new Error('circle');
  circle.cause = circle;
  for (const thrown of [new DOMException('aborted', 'AbortError'), new Error('x'), 'text', null, circle]) {
    assert.equal(fetchFailed(thrown, 'it').code, 'unavailable');
  }
});

test('a `ConnectorError` stays as it is', () => {
  const error = new ConnectorError('denied', { reason: 'locked' });
  assert.equal(fetchFailed(error, 'it'), error);
});

test('an unexpected answer is `unavailable`, with the time that it names', () => {
  const error = answerFailed(answer({ 'retry-after': '30' }, 429), 'the API', now);
  assert.deepEqual(
    [error.code, error.retryAfter, error.message],
    ['unavailable', 30, 'the API answered with status 429'],
  );
  assert.equal(answerFailed(answer({}), 'the API', now).retryAfter, undefined);
});

const waits: readonly (readonly [string, number | undefined])[] = [
  ['120', 120],
  [' 7 ', 7],
  ['0', 0],
  ['Thu, 01 Jan 2026 12:01:30 GMT', 90],
  ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
  ['999999999', 86_400],
  ['Fri, 01 Jan 2100 00:00:00 GMT', 86_400],
  ['99999999999999999999', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['1e3', undefined],
  ['', undefined],
];

test.each(waits)('`Retry-After: %s` is %s seconds', (text, seconds) => {
  assert.equal(retryAfter(new Headers({ 'retry-after': text }), now), seconds);
});

test('a body is read as JSON; one that is none, or was cut off, is told apart and never quoted', async () => {
  assert.deepEqual(await readJson(new Response('{"a":[1]}'), 'it'), { a: [1] });
  await assert.rejects(readJson(new Response('<html>hush'), 'it'), {
    code: 'bad_response',
    message: 'it sent something that is not JSON',
  });
  const cut = new ReadableStream({
    start: (controller) =>
      controller.error(
        new TypeError('fetch failed', { cause: new HttpFailure('too_large', 'larger than 1 byte') }),
      ),
  });
  await assert.rejects(readJson(new Response(cut), 'it'), {
    code: 'unavailable',
    message: 'it cannot be asked: larger than 1 byte',
  });
});
