/** The groups of Active Directory on a real domain controller: each way of finding them finds the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adDn } from '../support/ad-entries.ts';
import { corp, corpDomain, crowdSize, oddNames } from '../support/corp-domain.ts';
import {
  type LdapConnector,
  type LdapIdentity,
  openLdapConnector,
  type WrittenConfig,
} from '../support/ldap-connector.ts';
import { ldifReplace } from '../support/ldif.ts';
import { adSuffix, type SambaAd, startSambaAd } from '../support/samba-ad.ts';

const member = { userAttribute: 'DN', groupAttribute: 'member' };

const nestedWays: readonly (readonly [string, WrittenConfig])[] = [
  ['tokenGroups', {}],
  ['memberOf of each group', { memberOf: { nested: true, primaryGroup: true } }],
  [
    'a search for each group',
    {
      groupSearch: {
        baseDn: adSuffix,
        userMatchers: [{ ...member, recursionGroupAttribute: 'member' }],
        primaryGroup: true,
      },
    },
  ],
  [
    'the rule in chain',
    { groupSearch: { baseDn: adSuffix, userMatchers: [{ ...member, inChain: true }], primaryGroup: true } },
  ],
];

/** Everybody is in the first by their primary group, and with it in the second. */
const inherited = ['Domain Users', 'Users'];
const levels = [1, 2, 3, 4, 5].map((level) => `level-${level}`);

let domain: SambaAd;
const open: LdapConnector[] = [];
beforeAll(async () => {
  domain = await startSambaAd({ ldif: corpDomain() });
  const contractors = adDn('contractors', corp.groups);
  const [primaryGroupID = ''] = await domain.read(contractors, 'primaryGroupToken');
  await domain.modify(ldifReplace(adDn('paula', corp.berlin), { primaryGroupID }));
}, 300_000);
afterAll(async () => {
  await Promise.all(open.map((connector) => connector.close()));
  await domain?.stop();
});

async function connect(way: WrittenConfig): Promise<LdapConnector> {
  const connector = await openLdapConnector({
    preset: 'active-directory',
    host: domain.host,
    ca: domain.ca,
    bindDn: corp.service.dn,
    bindPassword: corp.service.password,
    // The root, whose answers always name the parts of the forest that are elsewhere.
    userSearch: { baseDn: adSuffix },
    timeouts: { search: '30s', call: '60s' },
    ...way,
  });
  open.push(connector);
  return connector;
}

/** Sorted, with those that were found twice there twice. */
async function groupsOf(account: string, way: WrittenConfig): Promise<readonly string[]> {
  return (await (await connect(way)).someone(account)).groups.toSorted();
}

describe.each(nestedWays)('the groups of a person, by %s,', (name, way) => {
  // No group of distribution lists is in a log-on token: Active Directory gives no rights by them.
  const lists = name === 'tokenGroups' ? [] : ['newsletter'];

  test('are all of five levels, of every scope, and those of the primary group', async () => {
    const expected = [...inherited, ...levels, ...lists, 'everybody', 'local', 'universal'];
    expect(await groupsOf('jane', way)).toEqual(expected.toSorted());
  });

  test('that contain each other in a circle are there once each', async () => {
    expect(await groupsOf('ringo', way)).toEqual([...inherited, 'ring-a', 'ring-b', 'ring-c'].toSorted());
  });

  test('begin with the primary group, also where that is not the usual one and is nested', async () => {
    const expected = [...inherited, 'contractors', 'externals'].toSorted();
    expect(await groupsOf('paula', way)).toEqual(expected);
  });

  test('of nobody in particular are those that everybody has', async () => {
    expect(await groupsOf('nobody-special', way)).toEqual(inherited);
  });

  test('have the one with 1,600 members for the last of them', async () => {
    expect(await groupsOf(`crowd-${crowdSize - 1}`, way)).toEqual([...inherited, 'everybody'].toSorted());
  });

  test('have their names as they are, and are followed further, whatever signs are in them', async () => {
    const [, person] = await odd(way, 0);
    expect(person.groups.toSorted()).toEqual([...inherited, ...oddNames, 'odd parent'].toSorted());
  });
});

describe.each([
  ['memberOf', { memberOf: {} }],
  ['a search', { groupSearch: { baseDn: corp.groups } }],
] as const)('the groups that name a person, by %s,', (_, way) => {
  test.each(oddNames)('are found for >%s<', async (name) => {
    const [connector, person] = await odd(way, oddNames.indexOf(name));
    expect(person.displayName).toBe(name);
    expect(person.groups.toSorted()).toEqual(oddNames.toSorted());
    expect(await connector.refresh(person)).toEqual({ status: 'current', identity: person });
  });
});

/** The person of an odd name, with groups called by their common names. */
async function odd(way: WrittenConfig, number: number): Promise<readonly [LdapConnector, LdapIdentity]> {
  const { memberOf, groupSearch, tokenGroups } = way as Readonly<Record<string, WrittenConfig | undefined>>;
  const nameAttribute = 'cn';
  const connector = await connect({
    ...(memberOf && { memberOf: { ...memberOf, nameAttribute } }),
    ...(groupSearch && { groupSearch: { ...groupSearch, nameAttribute } }),
    ...(memberOf === undefined &&
      groupSearch === undefined && { tokenGroups: { ...tokenGroups, nameAttribute } }),
  });
  return [connector, await connector.someone(`odd-${number}`)];
}

describe('somebody in 1,600 groups', () => {
  const many = Array.from({ length: crowdSize }, (_, n) => `many-${n}`);
  // Not by a search for each group: Samba has no index of members, and would look for those of 1,600 for a minute.
  const ways: readonly (readonly [string, WrittenConfig, readonly string[]])[] = [
    ...nestedWays
      .filter(([name]) => name !== 'a search for each group')
      .map(([name, way]) => [name, way, inherited] as const),
    ['a search without nesting', { groupSearch: { baseDn: adSuffix } }, []],
  ];

  test.each(ways)('has all of them by %s, at a refresh too', async (_, way, also) => {
    const connector = await connect(way);
    const busy = await connector.someone('busy');
    expect(busy.groups.toSorted()).toEqual([...also, ...many].toSorted());
    expect(await connector.refresh(busy)).toEqual({ status: 'current', identity: busy });
  });
});

describe('without nesting, the groups of a person', () => {
  const direct = ['everybody', 'level-1', 'local', 'newsletter', 'universal'];

  test.each([
    ['memberOf', { memberOf: {} }],
    ['a search', { groupSearch: { baseDn: adSuffix } }],
  ])('by %s are those that name them', async (_, way) => {
    expect(await groupsOf('jane', way)).toEqual(direct);
    expect(await groupsOf('nobody-special', way)).toEqual([]);
  });

  test('by tokenGroupsGlobalAndUniversal are those that count everywhere', async () => {
    const way = { tokenGroups: { attribute: 'tokenGroupsGlobalAndUniversal' } };
    expect(await groupsOf('jane', way)).toEqual(
      ['Domain Users', ...levels, 'everybody', 'universal'].toSorted(),
    );
  });

  test.each([
    ['tokenGroups', { tokenGroups: { baseDn: corp.groups } }],
    ['memberOf', { memberOf: { baseDn: corp.groups, nested: true, primaryGroup: true } }],
    ['a search', { groupSearch: { baseDn: corp.groups, primaryGroup: true } }],
  ])('by %s below a base are those below it', async (_, way) => {
    expect(await groupsOf('ringo', way)).not.toContain('Domain Users');
    expect(await groupsOf('ringo', way)).toContain('ring-a');
  });
});

describe('a membership', () => {
  test.each(nestedWays)('that ends is gone at the next refresh, by %s', async (_, way) => {
    const connector = await connect(way);
    const top = adDn('level-5', corp.groups);
    const members = { member: adDn('level-4', corp.groups) };
    const jane = await connector.someone('jane');
    expect(jane.groups).toContain('level-5');
    await domain.modify(ldifReplace(top, { member: [] }));
    try {
      const groups = jane.groups.filter((group) => group !== 'level-5');
      expect(await connector.refresh(jane)).toEqual({ status: 'current', identity: { ...jane, groups } });
    } finally {
      await domain.modify(ldifReplace(top, members));
    }
  });

  test('five levels away is explained to the administrator', async () => {
    const { person, groups } = await (await connect({})).lookUp({ username: 'jane', groups: ['level-5'] });
    expect(person?.memberships.map(({ group }) => group)).toContain('level-5');
    expect(groups).toMatchObject([{ asked: 'level-5', found: [{ name: 'level-5', counts: true }] }]);
  });
});
