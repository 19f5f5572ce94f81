import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { group, person, posixGroup, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import { configSchema } from '../config.ts';
import { Directory } from '../directory.ts';
import { findByName } from '../people/find-person.ts';
import { openConnector, secureConfig, signIn } from '../testing/open-connector.ts';
import { names } from './group.ts';
import { readGroups } from './read-groups.ts';

const people = `ou=People,${suffix}`;
const jane = `cn=jane,${people}`;
const john = `cn=john,${people}`;
const within = (name: string) => `ou=${name},${suffix}`;
const dn = (name: string, unitName: string) => `cn=${name},${within(unitName)}`;

/** What a filter or a name that is put together from text would trip over. */
const odd = '*)(cn=*';
const oddDn = `cn=${odd.replaceAll('=', '\\3D')},${people}`;

const ldif = [
  root,
  unit('People'),
  person('jane', 'foo', people, {
    uid: 'jane',
    mail: 'janedoe@example.com',
    departmentNumber: ['1000', '1001'],
  }),
  person('john', 'bar', people, {
    uid: 'john',
    mail: 'johndoe@example.com',
    departmentNumber: ['1000', '1002'],
  }),

  unit('Groups'),
  group('admins', within('Groups'), [john, jane]),
  group('developers', within('Groups'), [jane]),

  unit('Departments'),
  posixGroup('admins', within('Departments'), '1000'),
  posixGroup('developers', within('Departments'), '1001'),
  posixGroup('designers', within('Departments'), '1002'),

  unit('Cities'),
  unit('Seattle', within('Cities')),
  unit('Portland', within('Cities')),
  group('qa', `ou=Portland,${within('Cities')}`, [john]),
  group('logger', `ou=Portland,${within('Cities')}`, [john]),
  group('admins', `ou=Seattle,${within('Cities')}`, [john, jane]),
  group('developers', `ou=Seattle,${within('Cities')}`, [jane]),

  unit('Both'),
  group('admins', within('Both'), [john, jane]),
  group('developers', within('Both'), [jane]),
  posixGroup('qa', within('Both'), '2001', ['john']),
  posixGroup('logger', within('Both'), '2002', ['john']),
  posixGroup('frontend', within('Both'), '2003', ['jane']),

  unit('Nested'),
  group('childGroup', within('Nested'), [jane]),
  group('circularGroup1', within('Nested'), [dn('circularGroup2', 'Nested'), jane]),
  group('circularGroup2', within('Nested'), [dn('circularGroup1', 'Nested'), john]),
  group('intermediateGroup', within('Nested'), [dn('childGroup', 'Nested'), john]),
  group('parentGroup', within('Nested'), [dn('intermediateGroup', 'Nested')]),

  unit('Twice'),
  unit('North', within('Twice')),
  unit('South', within('Twice')),
  group('team', `ou=North,${within('Twice')}`, [jane]),
  group('team', `ou=South,${within('Twice')}`, [jane]),
  group('above-south', within('Twice'), [`cn=team,ou=South,${within('Twice')}`]),

  unit('Wide'),
  ...Array.from({ length: 60 }, (_, n) => group(`wide-${n}`, within('Wide'), [jane])),
  ...Array.from({ length: 60 }, (_, n) => group(`over-${n}`, within('Wide'), [dn(`wide-${n}`, 'Wide')])),

  unit('Many'),
  group('hub', within('Many'), [jane]),
  ...Array.from({ length: 1000 }, (_, n) => group(`spoke-${n}`, within('Many'), [dn('hub', 'Many')])),
  ...Array.from({ length: 1000 }, (_, n) => group(`rim-${n}`, within('Many'), [dn(`spoke-${n}`, 'Many')])),

  unit('Posix'),
  person('posix', 'foo', people, {
    objectClass: ['inetOrgPerson', 'posixAccount'],
    ...{ uid: 'posix', uidNumber: '5000', gidNumber: '3001', homeDirectory: '/home/posix' },
  }),
  posixGroup('posix-primary', within('Posix'), '3001'),
  posixGroup('posix-wheel', within('Posix'), '3002', ['posix']),
  posixGroup('posix-others', within('Posix'), '3003', ['jane']),

  unit('Odd'),
  person(odd, 'foo', people, { uid: 'odd' }),
  group('odd-one', within('Odd'), [oddDn]),
  group('every-one', within('Odd'), [jane]),
].join('');

/** Some servers keep `memberOf` by themselves; here the overlay does, for what is added while it runs. */
const settings = `
overlay memberof
memberof-refint true
limits dn.exact="cn=reader,${suffix}" size.soft=5 size.hard=5 size.pr=50 size.prtotal=unlimited
limits dn.exact="cn=short,${suffix}" size.soft=5 size.hard=5 size.pr=5 size.prtotal=5
access to * by * read
`;

let directory: OpenLdap;
beforeAll(async () => {
  const accounts = ['reader', 'short'].map((name) => person(name, 'reading', suffix)).join('');
  directory = await startOpenLdap({ ldif: ldif + accounts, modules: 'moduleload memberof', settings });
});
afterAll(() => directory.stop());

function withGroups(groups: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  return openConnector({
    ...secureConfig(directory),
    userSearch: { baseDn: people, username: 'cn' },
    ...groups,
    ...more,
  });
}

async function groupsOf(connector: ReturnType<typeof withGroups>) {
  const [first, second] = [await signIn(connector, 'jane', 'foo'), await signIn(connector, 'john', 'bar')];
  return { jane: first?.groups, john: second?.groups };
}

/** As the check reads them. */
async function readFor(name: string, groups: Readonly<Record<string, unknown>>) {
  const written = { ...secureConfig(directory), userSearch: { baseDn: people, username: 'cn' }, ...groups };
  const known = new Directory(configSchema.parse(written), () => new Date());
  try {
    return await known.use(AbortSignal.timeout(10_000), async (session) => {
      const found = await findByName(session, known, name, testCall());
      if (found === null) throw new Error(`${name} is not there`);
      return readGroups(session, found, known.config, testCall().trace);
    });
  } finally {
    known.close();
  }
}

const byMember = { userAttribute: 'DN', groupAttribute: 'member' };

describe('groups that name their members', () => {
  test('are found by the DN of the person', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Groups') } });
    expect(await groupsOf(connector)).toEqual({ jane: ['admins', 'developers'], john: ['admins'] });
  });

  test('are found by each value of an attribute of the person', async () => {
    const userMatchers = [{ userAttribute: 'departmentNumber', groupAttribute: 'gidNumber' }];
    const connector = withGroups({ groupSearch: { baseDn: within('Departments'), userMatchers } });
    expect(await groupsOf(connector)).toEqual({
      jane: ['admins', 'developers'],
      john: ['admins', 'designers'],
    });
  });

  test('are limited by a filter', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Cities'), filter: '(ou:dn:=Seattle)' } });
    expect(await groupsOf(connector)).toEqual({ jane: ['admins', 'developers'], john: ['admins'] });
  });

  test('are limited to one level below the base', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Cities'), scope: 'one' } });
    expect(await groupsOf(connector)).toEqual({ jane: [], john: [] });
  });

  test('are found in several ways, in the order of the matchers', async () => {
    const userMatchers = [byMember, { userAttribute: 'uid', groupAttribute: 'memberUid' }];
    const connector = withGroups({ groupSearch: { baseDn: within('Both'), userMatchers } });
    expect(await groupsOf(connector)).toEqual({
      jane: ['admins', 'developers', 'frontend'],
      john: ['admins', 'qa', 'logger'],
    });
  });

  test('are followed through groups in groups, also in a circle', async () => {
    const userMatchers = [{ ...byMember, recursionGroupAttribute: 'member' }];
    const connector = withGroups({ groupSearch: { baseDn: within('Nested'), userMatchers } });
    expect(await groupsOf(connector)).toEqual({
      jane: ['childGroup', 'circularGroup1', 'intermediateGroup', 'circularGroup2', 'parentGroup'],
      john: ['circularGroup2', 'intermediateGroup', 'circularGroup1', 'parentGroup'],
    });
  });

  // Attack, or bad luck: two matchers find the same group, and only the second one follows groups in groups.
  test('are followed from a group that another matcher has found already', async () => {
    const followed = { ...byMember, recursionGroupAttribute: 'member' };
    const connector = withGroups({
      groupSearch: { baseDn: within('Nested'), userMatchers: [byMember, followed] },
    });
    expect(await groupsOf(connector)).toEqual({
      jane: ['childGroup', 'circularGroup1', 'intermediateGroup', 'circularGroup2', 'parentGroup'],
      john: ['circularGroup2', 'intermediateGroup', 'circularGroup1', 'parentGroup'],
    });
  });

  test('are followed through each of two groups of the same name, and the name is there once', async () => {
    const userMatchers = [{ ...byMember, recursionGroupAttribute: 'member' }];
    const connector = withGroups({ groupSearch: { baseDn: within('Twice'), userMatchers } });
    expect((await signIn(connector, 'jane', 'foo'))?.groups).toEqual(['team', 'above-south']);
  });

  test('are found in any case of the attribute names', async () => {
    const userMatchers = [{ userAttribute: 'DEPARTMENTNUMBER', groupAttribute: 'GidNumber' }];
    const groupSearch = { baseDn: within('Departments'), userMatchers, nameAttribute: 'CN' };
    expect(await groupsOf(withGroups({ groupSearch }))).toMatchObject({ jane: ['admins', 'developers'] });
  });

  test('nested deeper than the limit are an error, never a shorter list', async () => {
    const userMatchers = [{ ...byMember, recursionGroupAttribute: 'member' }];
    const connector = withGroups({ groupSearch: { baseDn: within('Nested'), userMatchers, maxDepth: 1 } });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('nested deeper'),
    });
  });

  test('without a name are an error that names the group', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Groups'), nameAttribute: 'description' } });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(dn('admins', 'Groups')),
    });
  });

  test('below a base that does not exist are an error, not "no groups"', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Nowhere') } });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'misconfigured' });
  });
});

describe('groups that name their members, of all kinds', () => {
  test('are found by memberUid and by the number of the primary group', async () => {
    const userMatchers = [
      { userAttribute: 'gidNumber', groupAttribute: 'gidNumber' },
      { userAttribute: 'uid', groupAttribute: 'memberUid' },
    ];
    const connector = withGroups({ groupSearch: { baseDn: within('Posix'), userMatchers } });
    expect((await signIn(connector, 'posix', 'foo'))?.groups).toEqual(['posix-primary', 'posix-wheel']);
  });

  // Attack: somebody whose name is a piece of a filter gets the groups of everybody.
  test('are found by a DN full of signs that mean something in a filter', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Odd') } });
    expect((await signIn(connector, odd, 'foo'))?.groups).toEqual(['odd-one']);
  });

  test('are named by their DN', async () => {
    const connector = withGroups({ groupSearch: { baseDn: within('Groups'), nameAttribute: 'dn' } });
    expect((await groupsOf(connector)).john).toEqual([dn('admins', 'Groups')]);
  });

  test('are found in several bases, each once, also where one base is inside the other', async () => {
    const baseDn = [within('Groups'), within('Twice'), `ou=North,${within('Twice')}`];
    const connector = withGroups({ groupSearch: { baseDn, nameAttribute: 'DN' } });
    expect((await groupsOf(connector)).jane).toEqual([
      dn('admins', 'Groups'),
      dn('developers', 'Groups'),
      `cn=team,ou=North,${within('Twice')}`,
      `cn=team,ou=South,${within('Twice')}`,
    ]);
  });

  test('are not found by a rule that the directory does not know, and that is an error', async () => {
    const userMatchers = [{ ...byMember, inChain: true }];
    const connector = withGroups({ groupSearch: { baseDn: within('Groups'), userMatchers } });
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('inChain'),
    });
  });

  test('two thousand of them in groups are followed in a few dozen searches', async () => {
    const userMatchers = [{ ...byMember, recursionGroupAttribute: 'member' }];
    const connector = withGroups({ groupSearch: { baseDn: within('Many'), userMatchers } });
    const searches = async () => (await directory.log()).split(`SRCH base="${within('Many')}"`).length;
    const before = await searches();
    const names = (await signIn(connector, 'jane', 'foo'))?.groups;
    expect(new Set(names).size).toBe(2001);
    // One for jane, one for the hub, ten for the spokes and ten for the rims.
    expect((await searches()) - before).toBe(22);
  });
});

describe('how a group was found', () => {
  test('is told for each, with the group that it came from', async () => {
    const userMatchers = [{ ...byMember, recursionGroupAttribute: 'member' }];
    expect(await readFor('john', { groupSearch: { baseDn: within('Nested'), userMatchers } })).toEqual([
      { name: 'circularGroup2', dn: dn('circularGroup2', 'Nested'), how: 'member of it (member)' },
      { name: 'intermediateGroup', dn: dn('intermediateGroup', 'Nested'), how: 'member of it (member)' },
      {
        name: 'circularGroup1',
        dn: dn('circularGroup1', 'Nested'),
        how: `contains ${dn('circularGroup2', 'Nested')} (member)`,
      },
      {
        name: 'parentGroup',
        dn: dn('parentGroup', 'Nested'),
        how: `contains ${dn('intermediateGroup', 'Nested')} (member)`,
      },
    ]);
  });

  test('is told for two groups of one name, which are one name in the claim', async () => {
    const groups = await readFor('jane', { groupSearch: { baseDn: within('Twice') } });
    expect(groups.map(({ dn: place }) => place)).toEqual([
      `cn=team,ou=North,${within('Twice')}`,
      `cn=team,ou=South,${within('Twice')}`,
    ]);
    expect(names(groups)).toEqual(['team']);
  });
});

describe('more groups than the directory sends at once', () => {
  const groupSearch = () => ({
    baseDn: within('Wide'),
    userMatchers: [{ ...byMember, recursionGroupAttribute: 'member' }],
  });
  const expected = ['wide', 'over'].flatMap((name) => Array.from({ length: 60 }, (_, n) => `${name}-${n}`));

  test('are read page by page', async () => {
    const account = { bindDn: `cn=reader,${suffix}`, bindPassword: 'reading' };
    const connector = withGroups({ groupSearch: groupSearch() }, account);
    expect((await signIn(connector, 'jane', 'foo'))?.groups.toSorted()).toEqual(expected.toSorted());
  });

  test('are whole for each of many who sign in at the same time', async () => {
    const account = { bindDn: `cn=reader,${suffix}`, bindPassword: 'reading' };
    const connector = withGroups({ groupSearch: groupSearch() }, account);
    const all = await Promise.all(Array.from({ length: 8 }, () => signIn(connector, 'jane', 'foo')));
    for (const identity of all) expect(identity?.groups.toSorted()).toEqual(expected.toSorted());
  });

  test('are unavailable where the directory refuses further pages', async () => {
    const account = { bindDn: `cn=short,${suffix}`, bindPassword: 'reading' };
    const connector = withGroups({ groupSearch: groupSearch() }, account);
    await expect(signIn(connector, 'jane', 'foo')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('groups that the entry of the person names', () => {
  const pets = within('Pets');
  beforeAll(() =>
    directory.modify(
      [
        unit('Pets'),
        group('cats', pets, [jane], { description: 'yes' }),
        group('animals', pets, [`cn=cats,${pets}`], { description: 'yes' }),
        group('dogs', pets, [`cn=animals,${pets}`, john]),
      ]
        .join('')
        .replaceAll(/^(dn:.*)$/gm, '$1\nchangetype: add'),
    ),
  );
  afterAll(() =>
    directory.modify(
      ['cats', 'animals', 'dogs'].map((name) => `dn: cn=${name},${pets}\nchangetype: delete\n`).join('\n'),
    ),
  );

  test('are read from the entry', async () => {
    expect(await groupsOf(withGroups({ memberOf: {} }))).toEqual({ jane: ['cats'], john: ['dogs'] });
  });

  test('are followed from group to group', async () => {
    const connector = withGroups({ memberOf: { attribute: 'MEMBEROF', nested: true } });
    expect(await groupsOf(connector)).toEqual({ jane: ['cats', 'animals', 'dogs'], john: ['dogs'] });
  });

  test('are limited by a filter', async () => {
    const connector = withGroups({ memberOf: { filter: '(description=yes)' } });
    expect(await groupsOf(connector)).toEqual({ jane: ['cats'], john: [] });
  });

  test('are followed from group to group, and tell by which one they are named', async () => {
    const groups = await readFor('jane', { memberOf: { nested: true } });
    expect(groups.map(({ how }) => how)).toEqual([
      'named by memberOf',
      `named by memberOf of cn=cats,${pets}`,
      `named by memberOf of cn=animals,${pets}`,
    ]);
  });

  test('outside the bases are not even read', async () => {
    const baseDn = [`OU=pets, ${suffix}`];
    const attribute = 'seeAlso';
    await directory.modify(
      `dn: ${john}\nchangetype: modify\nadd: seeAlso\nseeAlso: cn=secret,${within('Nowhere')}\nseeAlso: CN=Dogs,${pets}\n`,
    );
    const connector = withGroups({ memberOf: { attribute, baseDn } });
    expect((await signIn(connector, 'john', 'bar'))?.groups).toEqual(['dogs']);
  });

  test('that cannot be read are unavailable: the one that is missing may be the one that matters', async () => {
    const attribute = 'seeAlso';
    await directory.modify(`dn: ${jane}\nchangetype: modify\nadd: seeAlso\nseeAlso: cn=hidden,${pets}\n`);
    await expect(signIn(withGroups({ memberOf: { attribute } }), 'jane', 'foo')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(`cn=hidden,${pets}`),
    });
  });
});
