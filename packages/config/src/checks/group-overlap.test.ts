import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attempt } from '../testing/attempt.ts';
import { overlap } from './group-overlap.ts';

test.each([
  ['admins', 'admins', true],
  ['admins', 'owners', false],
  ['k8s-*', 'k8s-admins', true],
  ['k8s-*', '*-admins', true],
  ['corp:*', 'hr:*', false],
  ['*-a', '*-b', false],
  ['a*b', 'a', false],
  ['ab*ba', 'aba', false],
  ['*', '*', true],
  ['*', '', true],
  ['a*b*c', 'axbxc', true],
  ['a*b*c', 'axcxb', false],
])('%j and %j overlap: %s', (a, b, expected) => {
  expect(overlap(a, b)).toBe(expected);
  expect(overlap(b, a)).toBe(expected);
});

test('two patterns overlap exactly when some name matches both', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 });
  fc.assert(
    fc.property(pattern, pattern, (a, b) => {
      expect(overlap(a, b)).toBe(names.some((name) => regular(a).test(name) && regular(b).test(name)));
    }),
    { numRuns: 500 },
  );
});

/** Every name over two letters that is long enough to be a witness for patterns of five characters. */
const names = Array.from({ length: 11 }, (_, length) => length).flatMap((length) =>
  Array.from({ length: 2 ** length }, (_, bits) =>
    Array.from({ length }, (_, index) => ((bits >> index) & 1 ? 'a' : 'b')).join(''),
  ),
);

function regular(pattern: string): RegExp {
  return new RegExp(`^${pattern.replaceAll('*', '.*')}$`);
}

describe('config check', () => {
  const connectors = (one: string, other: string) => `
issuer: http://127.0.0.1:5556
connectors:
  - { id: one, type: local, rules: { groups: ${one} } }
  - { id: other, type: directory, config: { host: x }, rules: { groups: ${other} } }
`;

  test.each([
    ['both yield anything', '{}', '{}', '"*" here, "*" there'],
    ['one prefix covers the other', '{ prefix: "a:" }', '{}', '"*" here, "a:*" there'],
    [
      'a name is included in a pattern',
      '{ include: ["k8s-*"] }',
      '{ include: [k8s-admins] }',
      '"k8s-admins" here, "k8s-*" there',
    ],
    [
      'a renamed group lands in the other',
      '{ rename: { x: admins }, include: [admins] }',
      '{ include: [admins] }',
      '"admins" here, "admins" there',
    ],
  ])('warns when %s', async (_, one, other, patterns) => {
    const { warnings } = await attempt(connectors(one, other));
    expect(warnings.map(({ message }) => message)).toEqual([
      `can yield the same groups as connectors[0] (${patterns}): a right for such a group is a right for people of both. Set rules.groups.prefix or include on one of them`,
    ]);
    expect(warnings[0]?.position).toEqual({ line: 5, column: 5 });
  });

  test.each([
    ['their prefixes differ', '{ prefix: "a:" }', '{ prefix: "b:" }'],
    ['their lists differ', '{ include: ["k8s-*"] }', '{ include: ["argo-*"] }'],
    ['one of them yields nothing', '{ include: [] }', '{}'],
    ['what they share is excluded', '{ include: [a, b], exclude: [b] }', '{ include: [b] }'],
  ])('is silent when %s', async (_, one, other) => {
    expect((await attempt(connectors(one, other))).warnings).toEqual([]);
  });

  test('warns once of each connector, however many it overlaps', async () => {
    const entries = Array.from({ length: 7 }, (_, at) => `  - { id: c${at}, type: local }`).join('\n');
    const { warnings } = await attempt(`issuer: http://127.0.0.1:5556\nconnectors:\n${entries}\n`);
    expect(warnings.map(({ message }) => message.replace(/: a right .*/, ''))).toEqual([
      'can yield the same groups as connectors[0] ("*" here, "*" there)',
      'can yield the same groups as connectors[0] ("*" here, "*" there), and as connectors[1]',
      'can yield the same groups as connectors[0] ("*" here, "*" there), and as connectors[1], connectors[2]',
      expect.stringContaining(', and as connectors[1], connectors[2], connectors[3]'),
      expect.stringContaining(', and as connectors[1], connectors[2], 2 more'),
      expect.stringContaining(', and as connectors[1], connectors[2], 3 more'),
    ]);
    expect(warnings.at(-1)?.message).toMatch(/people of each\. Set .* on all but one of them$/);
  });
});
