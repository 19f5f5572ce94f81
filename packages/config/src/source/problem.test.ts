import { expect, test } from 'vitest';
import { quote, renderPath, renderProblems } from './problem.ts';

test('problems stand in columns under a line that counts them', () => {
  const problems = [
    {
      position: { line: 14, column: 7 },
      path: ['connectors', 0, 'config', 'orgs', 0, 'nmae'],
      message: 'unknown key; did you mean "name"?',
    },
    {
      position: { line: 22, column: 5 },
      path: ['clients', 1, 'connectors', 0],
      message: 'there is no connector "githbu"',
    },
  ];
  expect(renderProblems('gatehouse.yaml', problems, 'problem')).toBe(`\
gatehouse.yaml: 2 problems
  14:7   connectors[0].config.orgs[0].nmae   unknown key; did you mean "name"?
  22:5   clients[1].connectors[0]            there is no connector "githbu"`);
});

test('one problem is not several, and without a place there are no empty columns', () => {
  const problems = [{ path: [], message: 'does not exist' }];
  expect(renderProblems('a.yaml', problems, 'warning')).toBe('a.yaml: 1 warning\n  does not exist');
});

test('of very many problems the first hundred are shown, and the others counted', () => {
  const problems = Array.from({ length: 1234 }, (_, n) => ({ path: ['a', n], message: 'no' }));
  const lines = renderProblems('a.yaml', problems, 'problem').split('\n');
  expect(lines).toHaveLength(102);
  expect([lines[0], lines[100], lines[101]]).toEqual([
    'a.yaml: 1234 problems',
    '  a[99]   no',
    '  and 1134 more',
  ]);
});

test('a key that is no word is quoted in a path', () => {
  expect(renderPath(['rename', 'cn=a, b', 0, ''])).toBe('rename["cn=a, b"][0][""]');
});

// The attack: a name in a file rewrites the terminal of whoever checks it.
test('a name cannot bring control characters or lines of its own', () => {
  expect(quote('a\u001b[2Jb\nc\u202ed')).toBe('"a\u{FFFD}[2Jb\u{FFFD}c\u{FFFD}d"');
  expect(renderPath(['\u001b[2J'])).toBe('["\u{FFFD}[2J"]');
  expect(quote('x'.repeat(1000))).toHaveLength(83);
});
