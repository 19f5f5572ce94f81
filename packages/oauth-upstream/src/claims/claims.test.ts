import assert from 'node:assert/strict';
import { describe, expect, test } from 'vitest';
import { groupSources, groupsIn } from './groups.ts';
import { claimAt } from './path.ts';
import { idAt, isTrueAt, textAt } from './values.ts';

const claims = {
  email: 'ada@example.com',
  'https://example.com/roles': ['a'],
  'a.b': 'whole',
  a: { b: 'nested', 'c.d': 'dotted' },
  list: [{ name: 'x' }],
  nothing: null,
};

describe('a claim', () => {
  test.each([
    ['email', 'ada@example.com'],
    ['https://example.com/roles', ['a']],
    ['a.b', 'whole'],
    [['a', 'b'], 'nested'],
    [['a', 'c.d'], 'dotted'],
    ['a.b.c', undefined],
    ['email.length', undefined],
    ['list.0', undefined],
    ['list.length', undefined],
    ['nothing.x', undefined],
    ['a', { b: 'nested', 'c.d': 'dotted' }],
  ])('%j is found by its whole name, or by steps', (path, value) => {
    assert.deepEqual(claimAt(claims, path), value);
  });

  // Attack: what every object of JavaScript has, taken for something that the upstream has said.
  test.each([
    'constructor',
    '__proto__',
    'toString',
    'a.constructor',
    'constructor.name',
    ['a', '__proto__'],
  ])('%j is none', (path) => assert.equal(claimAt(claims, path), undefined));
});

test('text is text, and an empty one is none', () => {
  assert.equal(textAt({ a: '  ' }, 'a'), undefined);
  assert.equal(textAt({ a: null }, 'a'), undefined);
  for (const a of [1, true, [], {}]) assert.throws(() => textAt({ a }, 'a'), /"a"/);
});

test('an id may be a whole number', () => {
  assert.equal(idAt({ id: 42 }, 'id'), '42');
  assert.equal(idAt({ id: '042' }, 'id'), '042');
  for (const id of [1.5, 1e300, 2 ** 53, true]) assert.throws(() => idAt({ id }, 'id'));
});

test('only a yes is a yes', () => {
  assert.deepEqual(
    [true, 'true', false, 'TRUE', 1, 'yes', {}].map((a) => isTrueAt({ a }, 'a')),
    [true, true, false, false, false, false, false],
  );
  assert.equal(isTrueAt({}, 'a'), undefined);
});

describe('groups', () => {
  test('are of several claims, each once', () => {
    const sources = groupSources.parse([{ claim: 'a' }, { claim: 'b', prefix: 'b:' }]);
    assert.deepEqual(groupsIn({ a: ['x', 'y'], b: ['x', 'x'] }, sources), ['x', 'y', 'b:x']);
  });

  test('are none where the claim is not there, unless it must be', () => {
    assert.deepEqual(groupsIn({}, groupSources.parse('groups')), []);
    assert.throws(
      () => groupsIn({ groups: null }, groupSources.parse([{ claim: 'groups', required: true }])),
      /required/,
    );
    assert.deepEqual(groupsIn({ groups: [] }, groupSources.parse([{ claim: 'groups', required: true }])), []);
  });

  // Attack: a form that nobody expects is taken for no groups, and a rule that denies one lets its members in.
  test.each([[42], [true], [{ staff: true }], [['staff', 42]], [[null]], [[['staff']]], [[{ name: 1 }]]])(
    'of the form %j are an error',
    (groups) => {
      expect(() => groupsIn({ groups }, groupSources.parse('groups'))).toThrow(/"groups"/);
    },
  );
});
