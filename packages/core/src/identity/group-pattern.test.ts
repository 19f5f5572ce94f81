import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyOf, compilePattern } from './group-pattern.ts';

test.each([
  ['admins', 'admins', true],
  ['admins', 'Admins', false],
  ['admins', 'admins2', false],
  ['k8s-*', 'k8s-', true],
  ['k8s-*', 'k8s-a/b\nc', true],
  ['k8s-*', 'xk8s-a', false],
  ['*-admins', 'k8s-admins', true],
  ['*-admins', 'k8s-admins-old', false],
  ['a*b*c', 'abc', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'acb', false],
  ['aa*aa', 'aaa', false],
  ['*', '', true],
  ['**', 'x', true],
  ['', '', true],
  ['', 'x', false],
])('%j against %j: %s', (pattern, group, expected) => {
  expect(compilePattern(pattern)(group)).toBe(expected);
  expect(anyOf([pattern])(group)).toBe(expected);
});

// The attack: a pattern is read as a regular expression, and `.` lets in what the operator did not name.
test.each(['k8s.admins', 'a|admins', '[a-z]dmins', '^admins$', 'admins?', '(admins)', '\\w+', 'admins{1}'])(
  'the characters of %j mean themselves',
  (text) => {
    for (const group of ['admins', 'k8s-admins', 'admin']) {
      expect(compilePattern(text)(group)).toBe(false);
      expect(compilePattern(`*${text}*`)(group)).toBe(false);
    }
    expect(compilePattern(`*${text}*`)(`x${text}x`)).toBe(true);
  },
);

test('a pattern matches what it is filled with', () => {
  const pieces = fc.array(
    fc.string({ maxLength: 8 }).filter((piece) => !piece.includes('*')),
    {
      minLength: 1,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(
      pieces,
      fc.array(fc.string({ maxLength: 8 }), { minLength: 6, maxLength: 6 }),
      (fixed, filling) => {
        const group = fixed.map((piece, i) => (i === 0 ? piece : `${filling[i - 1]}${piece}`)).join('');
        expect(compilePattern(fixed.join('*'))(group)).toBe(true);
      },
    ),
  );
});

test('matching agrees with a slow but obvious matcher', () => {
  const text = (letters: string) => fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
  fc.assert(
    fc.property(text('ab*'), text('ab'), (pattern, group) => {
      expect(compilePattern(pattern)(group)).toBe(matchesSlowly(pattern, group));
    }),
    { numRuns: 2000 },
  );
});

// The attack: a group name that makes a backtracking matcher think for a year. This one ends or the test does not.
test('a hostile group name cannot make a pattern slow', () => {
  const pattern = `${'*a'.repeat(2000)}*b`;
  expect(compilePattern(pattern)('a'.repeat(200_000))).toBe(false);
});

test('no pattern matches nothing', () => {
  expect(anyOf([])('')).toBe(false);
  expect(anyOf([])('admins')).toBe(false);
});

function matchesSlowly(pattern: string, group: string): boolean {
  if (pattern === '') return group === '';
  if (pattern[0] !== '*') return pattern[0] === group[0] && matchesSlowly(pattern.slice(1), group.slice(1));
  return matchesSlowly(pattern.slice(1), group) || (group !== '' && matchesSlowly(pattern, group.slice(1)));
}
