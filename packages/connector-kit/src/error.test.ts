import assert from 'node:assert/strict';
import { test } from 'vitest';
import { ConnectorError } from './error.ts';

test('an error of another installed copy of the kit is recognised', () => {
  class OtherCopy extends Error {
    override readonly name = 'ConnectorError';
    readonly code = 'denied';
  }
  assert.ok(ConnectorError.is(new OtherCopy('locked')));
  assert.ok(ConnectorError.is(new ConnectorError('denied', { reason: 'locked' })));
});

test('nothing else is', () => {
  const named = Object.assign(new Error('x'), { name: 'ConnectorError' });
  for (const other of [
    named,
    new TypeError('x'),
    { name: 'ConnectorError', code: 'denied' },
    null,
    undefined,
  ]) {
    assert.equal(ConnectorError.is(other), false);
  }
});
