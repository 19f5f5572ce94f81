import { expect, test } from 'vitest';
import { complaint } from '../testing/attempt.ts';
import { parseYaml } from './yaml.ts';

test.each([
  [
    'nothing',
    '',
    'gatehouse.yaml: 1 problem\n  is empty; the least it needs is `issuer: http://127.0.0.1:5556`',
  ],
  [
    'only a comment',
    '# later\n',
    'gatehouse.yaml: 1 problem\n  is empty; the least it needs is `issuer: http://127.0.0.1:5556`',
  ],
  ['a list', '- issuer', 'gatehouse.yaml: 1 problem\n  must be a map of keys and values'],
  [
    'a tab',
    'listen:\n\tport: 1',
    'gatehouse.yaml: 1 problem\n  2:1   a tab: YAML is indented with spaces only',
  ],
  ['a key twice', 'demo: true\ndemo: false', 'gatehouse.yaml: 1 problem\n  2:1   this key is here twice'],
  [
    'two documents',
    'a: 1\n---\nb: 1',
    'gatehouse.yaml: 1 problem\n  2:1   a second document begins here; a configuration is one',
  ],
  [
    'a tag',
    'issuer: !!js/function x',
    'gatehouse.yaml: 1 problem\n  1:9   YAML tags are not used here; text that begins with ! needs quotes',
  ],
  [
    'an alias of nothing',
    'issuer: *x',
    'gatehouse.yaml: 1 problem\n  1:9   this alias has no anchor before it',
  ],
  ['an alias to its own parent', 'a: &a\n  b: *a', 'gatehouse.yaml: 1 problem\n  2:3   is nested too deeply'],
  ['a key that is a list', '? [a, b]\n: c', 'gatehouse.yaml: 1 problem\n  1:3   a key must be a word'],
  [
    'deep nesting',
    `a: ${'['.repeat(60)}${']'.repeat(60)}`,
    'gatehouse.yaml: 1 problem\n  1:54   is nested too deeply',
  ],
])('%s is refused with its place', async (_, text, expected) => {
  expect(await complaint(text)).toBe(expected);
});

// The attack: a text of a few lines that becomes gigabytes when its aliases are followed.
test('a "billion laughs" text is given up early', async () => {
  const lines = Array.from({ length: 20 }, (_, n) => {
    const before = `*l${n - 1}, `.repeat(9);
    return `l${n}: &l${n} [${n === 0 ? 'lol' : before}]`;
  });
  expect(await complaint(lines.join('\n'))).toMatch(
    /1 problem\n {2}\d+:\d+ {3}(has more than 100 aliases|is too large, with)/,
  );
});

// The attack: brackets enough to exhaust the stack of the parser, and with it the process.
test('a hundred thousand brackets are a problem and not a crash', async () => {
  expect(await complaint('['.repeat(100_000))).toMatch(/1 problem|problems/);
});

test('words that were true or false in YAML 1.1 are text', () => {
  expect(parseYaml('a: yes\nb: 010\n').value).toEqual({ a: 'yes', b: 10 });
});

test('a text that asks for YAML 1.1 is refused', async () => {
  expect(await complaint('%YAML 1.1\n---\na: yes')).toContain('must be YAML 1.2');
});

test('an alias is followed, and its places are found', () => {
  const source = parseYaml('a: &groups\n  - x\n  - y\nb: *groups');
  expect(source.value).toEqual({ a: ['x', 'y'], b: ['x', 'y'] });
  expect(source.locate(['b', 1], 'value')).toEqual({ line: 3, column: 5 });
});

test('a key named __proto__ is a key like any other', () => {
  const { value } = parseYaml('__proto__: { demo: true }');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect((value as { demo?: unknown }).demo).toBeUndefined();
});

test.each([
  ['faults', '- @\n'],
  ['the same key', 'a:\n'],
  ['different keys', ''],
])('a text of nothing but %s is answered, with a hundred lines at most', async (_, line) => {
  const text = line ? line.repeat(60_000) : Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join('');
  const lines = (await complaint(text)).split('\n');
  expect(lines.length).toBeLessThanOrEqual(102);
  expect(lines.at(-1)).toMatch(/^ {2}(and \d+ more|.*too large)/);
});
