import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleClient, sampleIdentity, sampleStored } from '../testing/samples.ts';
import { admit, admitToClient } from './admit.ts';
import { explainClient, explainRules } from './explain-access.ts';
import { explainClaims } from './explain-claims.ts';
import { explainFilter, explainGroups } from './explain-groups.ts';
import { groupsNamedBy, upstreamNamesOf } from './explain-names.ts';
import { filterOf, mapGroups } from './groups.ts';

const mapping = {
  rename: { 'cn-k8s-admins': 'k8s-admins', 'team-*': 'k8s-team' },
  include: ['k8s-*', 'argo-users'],
  exclude: ['k8s-old'],
  prefix: 'corp:',
};

describe('what becomes of a group', () => {
  test('is told rule by rule', () => {
    expect(explainGroups(['cn-k8s-admins', 'team-red', 'k8s-old', 'payroll'], mapping)).toEqual([
      {
        group: 'cn-k8s-admins',
        name: 'corp:k8s-admins',
        steps: [
          { rule: 'rename', pattern: 'cn-k8s-admins', name: 'k8s-admins' },
          { rule: 'include', pattern: 'k8s-*' },
          { rule: 'prefix', prefix: 'corp:', name: 'corp:k8s-admins' },
        ],
      },
      {
        group: 'team-red',
        name: 'corp:k8s-team',
        steps: [
          { rule: 'rename', pattern: 'team-*', name: 'k8s-team' },
          { rule: 'include', pattern: 'k8s-*' },
          { rule: 'prefix', prefix: 'corp:', name: 'corp:k8s-team' },
        ],
      },
      {
        group: 'k8s-old',
        name: null,
        steps: [
          { rule: 'include', pattern: 'k8s-*' },
          { rule: 'exclude', pattern: 'k8s-old' },
        ],
      },
      { group: 'payroll', name: null, steps: [{ rule: 'include' }] },
    ]);
  });

  test('names what no rule can save', () => {
    const reasons = explainGroups(['system:masters', ' ', 'a\u0007']).map(({ steps }) => steps.at(-1));
    expect(reasons).toEqual([
      { rule: 'dropped', reason: 'reserved' },
      { rule: 'dropped', reason: 'empty' },
      { rule: 'dropped', reason: 'unreadable' },
    ]);
  });

  test('is what really becomes of it, whatever the rules', () => {
    const word = fc.constantFrom('a', 'b', 'a-b', '*', 'a*', '*b', 'system:x', '', '\u0000');
    const words = fc.array(word, { maxLength: 4 });
    const rules = fc.record(
      {
        rename: fc.dictionary(word, word),
        include: words,
        exclude: words,
        prefix: fc.constantFrom('', 'p:', 'sys'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(words, rules, (groups, anyRules) => {
        const fates = explainGroups(groups, anyRules);
        const { groups: left, dropped } = mapGroups(groups, anyRules);
        expect(fates.map(({ group }) => group)).toEqual(groups);
        expect([...new Set(fates.flatMap(({ name }) => name ?? []))]).toEqual(left);
        const fatal = fates.filter(({ steps }) => steps.at(-1)?.rule === 'dropped').map(({ group }) => group);
        expect(new Set(fatal)).toEqual(new Set(dropped.map(({ group }) => group)));
        for (const group of groups)
          expect(explainFilter(anyRules, group).kept).toBe(filterOf(anyRules)(group));
      }),
    );
  });
});

describe('the demands of a connector entry', () => {
  const rules = {
    deny: { groups: ['leavers'] },
    require: { anyGroup: ['staff', 'k8s-*'], allGroups: ['vpn', 'mfa-*'] },
  };

  test('are told with the groups that decide', () => {
    expect(explainRules(rules, ['k8s-dev', 'vpn', 'payroll'])).toEqual([
      { rule: 'deny.groups', patterns: ['leavers'], met: true, groups: [], missing: ['leavers'] },
      {
        rule: 'require.anyGroup',
        patterns: ['staff', 'k8s-*'],
        met: true,
        groups: ['k8s-dev'],
        missing: ['staff'],
      },
      {
        rule: 'require.allGroups',
        patterns: ['vpn', 'mfa-*'],
        met: false,
        groups: ['vpn'],
        missing: ['mfa-*'],
      },
    ]);
  });

  test('that are not written are not told', () => {
    expect(explainRules({}, ['a'])).toEqual([]);
    expect(explainClient(sampleClient(), ['a'])).toEqual([]);
  });

  test('are met exactly by those who are let in', () => {
    const word = fc.constantFrom('a', 'b', 'c', '*', 'a*');
    const words = fc.array(word, { maxLength: 3 });
    fc.assert(
      fc.property(words, words, words, words, words, (groups, denied, any, all, forClient) => {
        const anyRules = { deny: { groups: denied }, require: { anyGroup: any, allGroups: all } };
        const identity = sampleIdentity({ groups });
        const letIn = succeeds(() => admit({ connectorId: 'corp', rules: anyRules, identity }));
        expect(explainRules(anyRules, groups).every(({ met }) => met)).toBe(letIn);
        const client = sampleClient({ requireGroups: forClient });
        const taken = succeeds(() => admitToClient(client, { groups, dropped: [] }, 'corp'));
        expect(explainClient(client, groups).every(({ met }) => met)).toBe(taken);
      }),
    );
  });
});

describe('the names of groups', () => {
  test('that rules write exactly are those that the upstream must have', () => {
    const rules = {
      require: { anyGroup: ['staff', 'x-*'], allGroups: ['vpn'] },
      deny: { groups: ['leavers'] },
      groups: { ...mapping, include: ['k8s-*', 'k8s-admins', 'argo-users'] },
    };
    expect(groupsNamedBy(rules)).toEqual([
      { rule: 'require.anyGroup', group: 'staff' },
      { rule: 'require.allGroups', group: 'vpn' },
      { rule: 'deny.groups', group: 'leavers' },
      { rule: 'groups.rename', group: 'cn-k8s-admins' },
      { rule: 'groups.include', group: 'argo-users' },
      { rule: 'groups.exclude', group: 'k8s-old' },
    ]);
  });

  test('in a token lead back to those of the upstream', () => {
    expect(upstreamNamesOf('corp:k8s-admins', mapping)).toEqual([
      'cn-k8s-admins',
      'k8s-admins',
      'corp:k8s-admins',
    ]);
    expect(upstreamNamesOf('k8s-admins', mapping)).toEqual(['cn-k8s-admins', 'k8s-admins']);
    expect(upstreamNamesOf('payroll')).toEqual(['payroll']);
    expect(upstreamNamesOf('corp:', mapping)).toEqual(['corp:']);
  });
});

describe('the claims of each client', () => {
  const stored = sampleStored({ identity: sampleIdentity({ groups: ['staff', 'cn-k8s-admins'] }) });
  const entry = { id: 'corp', rules: { require: { anyGroup: ['staff'] }, groups: mapping } };

  test('are those of a token, or say why there would be none', () => {
    const argo = sampleClient({ id: 'argo-cd', requireGroups: ['corp:argo-*'] });
    const other = sampleClient({ id: 'other', connectors: ['github'] });
    const views = explainClaims(stored, entry, [sampleClient(), argo, other]);
    expect(views).toMatchObject([
      { client: { id: 'kubernetes' }, claims: { sub: stored.subject, groups: ['corp:k8s-admins'] } },
      { refused: { code: 'not_allowed', reason: 'client argo-cd: requireGroups: in none of corp:argo-*' } },
      { refused: { code: 'not_allowed', reason: 'client other: connectors: corp is not one of them' } },
    ]);
  });

  test('a rule of the connector entry refuses for all clients', () => {
    const nobody = { ...entry, rules: { deny: { groups: ['staff'] } } };
    expect(explainClaims(stored, nobody, [sampleClient()])).toMatchObject([
      { refused: { reason: 'deny.groups: in staff' } },
    ]);
  });
});

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
