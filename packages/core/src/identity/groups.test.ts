import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mapGroups } from './groups.ts';
import { isReserved } from './reserved.ts';

const masters = 'system:masters';

describe('groups are mapped', () => {
  test('in the order rename, include, exclude, prefix', () => {
    const mapping = {
      rename: { 'cn-k8s-admins': 'admins' },
      include: ['k8s-*', 'admins'],
      exclude: ['k8s-old'],
      prefix: 'corp:',
    };
    const { groups } = mapGroups(['cn-k8s-admins', 'k8s-dev', 'k8s-old', 'payroll'], mapping);
    expect(groups).toEqual(['corp:admins', 'corp:k8s-dev']);
  });

  test('not at all without rules', () => {
    expect(mapGroups(['b', 'a'])).toEqual({ groups: ['b', 'a'], dropped: [] });
  });

  test('to one name each, where it came first', () => {
    expect(mapGroups(['b', 'a', 'b', 'c'], { rename: { c: 'b' } }).groups).toEqual(['b', 'a']);
  });

  test('by renaming once, not in a chain', () => {
    expect(mapGroups(['a', 'b'], { rename: { a: 'b', b: 'c' } }).groups).toEqual(['b', 'c']);
  });

  test('by a pattern where no exact name fits, the first one written', () => {
    const rename = { 'team-*': 'teams', 'team-a*': 'never', 'team-x': 'x' };
    expect(mapGroups(['team-x', 'team-a'], { rename }).groups).toEqual(['x', 'teams']);
  });

  // The attack: a group that is called like a member every JavaScript object has.
  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    '%s is a name like any other',
    (group) => {
      expect(mapGroups([group], { rename: { a: 'b' } }).groups).toEqual([group]);
    },
  );

  test('to nothing by an empty include: what is not named stays out', () => {
    expect(mapGroups(['a'], { include: [] }).groups).toEqual([]);
  });
});

describe('a reserved group', () => {
  // The attack: a directory administrator without rights on the cluster makes a group system:masters.
  test('is dropped and named', () => {
    expect(mapGroups([masters, 'staff'])).toEqual({
      groups: ['staff'],
      dropped: [{ group: masters, reason: 'reserved' }],
    });
  });

  test('is dropped also when a rule made it, and named as the upstream does', () => {
    expect(mapGroups(['admins'], { rename: { admins: masters } })).toEqual({
      groups: [],
      dropped: [{ group: 'admins', reason: 'reserved' }],
    });
    expect(mapGroups(['masters'], { prefix: 'system:' }).groups).toEqual([]);
    expect(mapGroups(['em:masters'], { prefix: 'syst' }).groups).toEqual([]);
  });

  test('is no longer reserved once a rule has given it another name', () => {
    expect(mapGroups([masters], { prefix: 'corp:' })).toEqual({
      groups: ['corp:system:masters'],
      dropped: [],
    });
    expect(mapGroups([masters], { rename: { [masters]: 'root' } }).groups).toEqual(['root']);
  });

  test('is not mentioned when the operator leaves it out anyway', () => {
    expect(mapGroups([masters], { exclude: ['system:*'] })).toEqual({ groups: [], dropped: [] });
  });

  // The attack: the name is disguised for our comparison, but not for a verifier that trims or normalises.
  test.each([
    ' system:masters',
    '\u00A0system:masters',
    'System:Masters',
    'SYSTEM:masters',
    'system\uFF1Amasters',
    '\uFF53ystem:masters',
    'ſystem:masters',
    '\u200Bsystem:masters',
    'sys\u00ADtem:masters',
    '\uFEFFsystem:masters',
    '\u202Esystem:masters',
    'system\u2060:masters',
    'system\uFE0F:masters',
  ])('%j is dropped', (group) => {
    expect(mapGroups([group]).groups).toEqual([]);
  });

  test.each(['systems', 'my-system:masters', 'system', 'ecosystem:x', 'system-masters'])(
    '%s is none',
    (group) => {
      expect(mapGroups([group]).groups).toEqual([group]);
    },
  );

  test('never comes out, whatever the rules are', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('system:masters', 'system:', 'sys', 'tem:a', 'x'));
    const patterns = fc.array(name, { maxLength: 3 });
    const mapping = fc.record(
      { rename: fc.dictionary(name, name), include: patterns, exclude: patterns, prefix: name },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(name), mapping, (groups, rules) => {
        const mapped = mapGroups(groups, rules).groups;
        expect(mapped.filter((group) => isReserved(group) || group.trim() === '')).toEqual([]);
        expect(new Set(mapped).size).toBe(mapped.length);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['', 'empty'],
  ['  ', 'empty'],
  ['a\0b', 'unreadable'],
  ['a\r\nb', 'unreadable'],
  ['\uD800', 'unreadable'],
  ['caf\uFFFD', 'unreadable'],
])('the group %j is dropped as %s, with a prefix too', (group, reason) => {
  expect(mapGroups([group])).toEqual({ groups: [], dropped: [{ group, reason }] });
  expect(mapGroups([group], { prefix: 'corp:' })).toEqual({ groups: [], dropped: [{ group, reason }] });
});
