import type { SrvRecord } from 'node:dns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressFrom, distinct, inOrder, isTrustedTarget, questionsFor } from './srv.ts';

const corp = { domain: 'corp.example.com', targets: [] };
const record = (name: string, priority = 0, weight = 0, port = 389): SrvRecord => ({
  name,
  priority,
  weight,
  port,
});

describe('the question', () => {
  test('is for LDAPS first, and then for LDAP on the port of LDAPS', () => {
    expect(questionsFor(corp, true)).toEqual([
      { name: '_ldaps._tcp.corp.example.com', ldapsPort: false },
      { name: '_ldap._tcp.corp.example.com', ldapsPort: true },
    ]);
  });

  test('is for LDAP alone where TLS begins later, or not at all', () => {
    expect(questionsFor(corp, false)).toEqual([{ name: '_ldap._tcp.corp.example.com', ldapsPort: false }]);
  });

  test('is as it is written where it is a whole name', () => {
    const domain = '_ldap._tcp.Paris._sites.dc._msdcs.corp.example.com';
    expect(questionsFor({ ...corp, domain }, true)).toEqual([{ name: domain, ldapsPort: true }]);
    expect(questionsFor({ ...corp, domain: '_LDAPS._tcp.x.org' }, true)).toMatchObject([
      { ldapsPort: false },
    ]);
  });
});

test.each([
  ['LDAP', 389, 636],
  ['the global catalog', 3268, 3269],
])('%s becomes the same over TLS', (_, port, secure) => {
  const question = { name: '_ldap._tcp.x.org', ldapsPort: true };
  expect(addressFrom(record('Dc1.x.org.', 0, 0, port), question)).toEqual({
    host: 'dc1.x.org',
    port: secure,
  });
  expect(addressFrom(record('dc1.x.org', 0, 0, port), { ...question, ldapsPort: false }).port).toBe(port);
});

// Attack: a forged answer names a server of the attacker's, whose certificate is as good as any.
describe('a server', () => {
  test.each(['dc1.corp.example.com', 'DC1.Corp.Example.com.', 'a.b.corp.example.com', 'corp.example.com'])(
    '%s is one of the domain',
    (name) => expect(isTrustedTarget(name, corp)).toBe(true),
  );

  test.each([
    'evil.com',
    'corp.example.com.evil.com',
    'evilcorp.example.com',
    'example.com',
    'com',
    '.',
    '',
    '10.0.0.1',
  ])('%s is a stranger', (name) => expect(isTrustedTarget(name, corp)).toBe(false));

  test('of another domain is trusted where the configuration names that domain', () => {
    expect(isTrustedTarget('dc1.other.org', { ...corp, targets: ['other.org'] })).toBe(true);
  });

  test('is within what a whole name is about', () => {
    const site = { domain: '_ldap._tcp.Paris._sites.dc._msdcs.corp.example.com', targets: [] };
    expect(isTrustedTarget('dc1.corp.example.com', site)).toBe(true);
    expect(isTrustedTarget('dc1.example.com', site)).toBe(false);
  });
});

describe('the order', () => {
  test('is that of the priorities, whatever the weights', () => {
    const records = [record('c', 20, 1000), record('a', 0, 1), record('b', 10, 0)];
    expect(inOrder(records, Math.random).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('has each server once, and none is left out', () => {
    const records = fc.array(fc.record({ priority: fc.nat(3), weight: fc.nat(65_535) }), { maxLength: 12 });
    fc.assert(
      fc.property(
        records,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (shapes, random) => {
          const all = shapes.map(({ priority, weight }, n) => record(`s${n}`, priority, weight));
          const ordered = inOrder(all, () => random);
          expect(ordered.map(({ name }) => name).toSorted()).toEqual(all.map(({ name }) => name).toSorted());
          const priorities = ordered.map(({ priority }) => priority);
          expect(priorities).toEqual(priorities.toSorted((a, b) => a - b));
        },
      ),
    );
  });

  test('among equals follows the weights', () => {
    const records = [record('heavy', 0, 90), record('light', 0, 10), record('spare', 0, 0)];
    const first = (random: number) => inOrder(records, () => random)[0]?.name;
    const draws = Array.from({ length: 101 }, (_, n) => first((n + 0.5) / 101));
    const count = (name: string) => draws.filter((drawn) => drawn === name).length;
    expect([count('heavy'), count('light'), count('spare')]).toEqual([90, 10, 1]);
  });
});

test('a server that is named twice is asked once, and a hundred thousand are not all kept', () => {
  const address = { host: 'a.x.org', port: 636 };
  expect(distinct([address, { ...address }])).toEqual([address]);
  const many = Array.from({ length: 100_000 }, (_, n) => ({ host: `s${n}.x.org`, port: 636 }));
  expect(distinct(many)).toHaveLength(64);
});
