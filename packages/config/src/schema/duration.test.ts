import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

test.each([
  ['90s', 90],
  ['10m', 600],
  ['1h30m', 5400],
  ['14d', 1_209_600],
  ['1d2h3m4s', 93_784],
  ['0s', 0],
])('%s is %d seconds', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each([
  '',
  '10',
  '10 m',
  '-10m',
  '1.5h',
  '30m1h',
  '10M',
  '10ms',
  '1w',
  'm',
  '1h1h',
  '999999d',
  '１０m',
  '10m\n',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeNull();
});

test('what is written is read again', () => {
  fc.assert(
    fc.property(fc.nat(99_999 * 86_400), (seconds) => {
      expect(parseDuration(formatDuration(seconds))).toBe(seconds);
    }),
  );
});
