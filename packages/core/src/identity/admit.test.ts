import { describe, expect, test } from 'vitest';
import { sampleClient, sampleIdentity } from '../testing/samples.ts';
import { admit, admitToAll, admitToClient } from './admit.ts';
import type { IdentityRules } from './rules.ts';

describe('a connector entry', () => {
  test('admits everybody without rules', () => {
    expect(admitted({}, ['a', 'b'])).toEqual(['a', 'b']);
  });

  test('asks for one of several groups, by name or by pattern', () => {
    const rules = { require: { anyGroup: ['staff', 'k8s-*'] } };
    expect(admitted(rules, ['staff'])).toEqual(['staff']);
    expect(admitted(rules, ['k8s-dev'])).toEqual(['k8s-dev']);
    expect(() => admitted(rules, ['other'])).toThrow(refusal('require.anyGroup: in none of staff, k8s-*'));
    expect(() => admitted(rules, [])).toThrow(refusal('require.anyGroup'));
  });

  test('asks for all of several groups and names the one that is missing', () => {
    const rules = { require: { allGroups: ['staff', 'vpn-*'] } };
    expect(admitted(rules, ['vpn-berlin', 'staff'])).toEqual(['vpn-berlin', 'staff']);
    expect(() => admitted(rules, ['staff'])).toThrow(refusal('require.allGroups: not in vpn-*'));
  });

  test('an empty list of required groups admits nobody', () => {
    expect(() => admitted({ require: { anyGroup: [] } }, ['staff'])).toThrow(refusal('require.anyGroup'));
  });

  test('denies, and a denial has the last word', () => {
    const rules = { require: { anyGroup: ['staff'] }, deny: { groups: ['leavers', 'x-*'] } };
    expect(() => admitted(rules, ['staff', 'leavers'])).toThrow(refusal('deny.groups: in leavers'));
    expect(() => admitted(rules, ['staff', 'x-1'])).toThrow(refusal('deny.groups: in x-*'));
    expect(admitted(rules, ['staff'])).toEqual(['staff']);
  });

  // The attack: the mapping hides the group that keeps somebody out, or makes up the one that lets them in.
  test('looks at the names of the upstream, whatever the mapping makes of them', () => {
    const groups = { rename: { leavers: 'harmless', guests: 'staff' }, exclude: ['leavers'] };
    expect(() => admitted({ deny: { groups: ['leavers'] }, groups }, ['leavers'])).toThrow(
      refusal('deny.groups'),
    );
    expect(() => admitted({ require: { anyGroup: ['staff'] }, groups }, ['guests'])).toThrow(
      refusal('require.anyGroup'),
    );
    const filtered = { require: { anyGroup: ['staff'] }, groups: { include: ['k8s-*'] } };
    expect(admitted(filtered, ['staff', 'k8s-dev'])).toEqual(['k8s-dev']);
  });

  test.each([
    ['username', { username: 'system:admin' }],
    ['username in disguise', { username: ' System:admin' }],
    ['displayName', { displayName: 'system:kube-controller-manager' }],
    ['e-mail', { email: { address: 'system:anonymous@example.com', verified: true } }],
  ])('refuses a person with a reserved %s', (_, changes) => {
    expect(() => admit({ connectorId: 'corp', rules: {}, identity: sampleIdentity(changes) })).toThrow(
      expect.objectContaining({ code: 'reserved_name', connectorId: 'corp' }),
    );
  });

  // The attack: two names that differ only in a broken byte become one name in a token.
  test.each([
    ['user name', { username: 'j\uFFFDrgen' }],
    ['user name', { username: 'jane\nadmin' }],
    ['e-mail', { email: { address: 'a\uD800@example.com', verified: true } }],
  ])('refuses a %s that is not readable', (_, changes) => {
    expect(() => admit({ connectorId: 'corp', rules: {}, identity: sampleIdentity(changes) })).toThrow(
      expect.objectContaining({ code: 'bad_upstream_response' }),
    );
  });

  test('admits somebody without an e-mail or a display name', () => {
    const { upstreamId, username, groups, state } = sampleIdentity();
    const identity = { upstreamId, username, groups, state };
    expect(admit({ connectorId: 'corp', rules: {}, identity }).groups).toEqual(groups);
  });
});

describe('a client', () => {
  const somebody = { groups: ['corp:admins', 'corp:dev'], dropped: [] };

  test('takes everybody without demands', () => {
    expect(admitToClient(sampleClient(), somebody, 'corp')).toEqual(somebody);
  });

  test('takes people from its connectors only', () => {
    const client = sampleClient({ connectors: ['corp'] });
    expect(admitToClient(client, somebody, 'corp').groups).toEqual(somebody.groups);
    expect(() => admitToClient(client, somebody, 'guests')).toThrow(refusal('client kubernetes: connectors'));
  });

  test('demands a group by the name that the connector entry made of it', () => {
    expect(admitToClient(sampleClient({ requireGroups: ['corp:a*'] }), somebody, 'corp').groups).toHaveLength(
      2,
    );
    expect(() => admitToClient(sampleClient({ requireGroups: ['admins'] }), somebody, 'corp')).toThrow(
      refusal('requireGroups'),
    );
  });

  test('demands a group also where its filter then hides it', () => {
    const client = sampleClient({ requireGroups: ['corp:admins'], groups: { exclude: ['corp:admins'] } });
    expect(admitToClient(client, somebody, 'corp').groups).toEqual(['corp:dev']);
  });

  test('sees the groups of its filter only', () => {
    const client = sampleClient({ groups: { include: ['corp:*'], exclude: ['*:dev'] } });
    expect(admitToClient(client, somebody, 'corp').groups).toEqual(['corp:admins']);
  });
});

// Attack: a token for a strict cluster is asked for through a client that takes everybody.
describe('several clients, which one token is for', () => {
  const somebody = { groups: ['corp:admins', 'corp:dev', 'corp:ops'], dropped: [] };
  const easy = sampleClient({ id: 'easy', groups: { exclude: ['corp:ops'] } });

  test.each([
    ['connectors', { connectors: ['other'] }],
    ['requireGroups', { requireGroups: ['corp:root'] }],
  ])('each keeps its %s', (rule, demands) => {
    const strict = sampleClient({ id: 'strict', ...demands });
    for (const clients of [
      [easy, strict],
      [strict, easy],
    ])
      expect(() => admitToAll(clients, somebody, 'corp')).toThrow(refusal(`client strict: ${rule}`));
  });

  test('see the groups that each of them may see', () => {
    const strict = sampleClient({ requireGroups: ['corp:ops'], groups: { exclude: ['corp:admins'] } });
    expect(admitToAll([easy, strict], somebody, 'corp').groups).toEqual(['corp:dev']);
    expect(admitToAll([easy], somebody, 'corp').groups).toEqual(['corp:admins', 'corp:dev']);
  });
});

function admitted(rules: IdentityRules, groups: readonly string[]): readonly string[] {
  return admit({ connectorId: 'corp', rules, identity: sampleIdentity({ groups }) }).groups;
}

function refusal(rule: string) {
  return expect.objectContaining({ code: 'not_allowed', message: expect.stringContaining(rule) });
}
