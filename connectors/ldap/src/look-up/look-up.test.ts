import type { FoundGroup, LookedUp, LookUpRequest } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { group, person, posixGroup, root, suffix, unit } from '../../../../tests/support/directory-tree.ts';
import { type LdifAttributes, ldifEntry } from '../../../../tests/support/ldif.ts';
import { type OpenLdap, startOpenLdap } from '../../../../tests/support/openldap.ts';
import type { State } from '../people/identity.ts';
import { openConnector, plainConfig, secureConfig, signIn } from '../testing/open-connector.ts';

const people = `ou=People,${suffix}`;
const groups = `ou=Groups,${suffix}`;
const jane = `cn=jane,${people}`;
const inGroups = (name: string) => `cn=${name},${groups}`;
const staff = (uid: string, more: LdifAttributes = {}) =>
  person(uid, `${uid}-secret`, people, { uid, mail: `${uid}@example.com`, employeeType: 'staff', ...more });

let directory: OpenLdap;
beforeAll(async () => {
  directory = await startOpenLdap({
    ldif: [
      root,
      unit('People'),
      staff('jane', { displayName: 'Jane Doe', description: Array.from({ length: 30 }, (_, n) => `d${n}`) }),
      staff('john', { description: 'bell\u0007' }),
      staff('twin one', { mail: 'twin@example.com' }),
      staff('twin two', { mail: 'twin@example.com' }),
      staff('gone', { objectClass: ['inetOrgPerson', 'shadowAccount'], shadowExpire: '1' }),
      person('guest', 'guest-secret', people, { uid: 'guest' }),
      unit('Team', people),
      person('deep', 'deep-secret', `ou=Team,${people}`, { uid: 'deep', employeeType: 'staff' }),
      unit('Robots'),
      person('zoe', 'zoe-secret', `ou=Robots,${suffix}`, { uid: 'zoe', employeeType: 'staff' }),
      unit('Groups'),
      group('admins', groups, [jane]),
      group('Writers', groups, [`cn=john,${people}`, jane]),
      group('inner', groups, [`cn=john,${people}`]),
      group('middle', groups, [inGroups('inner')]),
      group('outer', groups, [inGroups('middle')]),
      group('old', groups, [jane], { description: 'old' }),
      ldifEntry(inGroups('unique'), {
        objectClass: 'groupOfUniqueNames',
        cn: 'unique',
        uniqueMember: `cn=john,${people}`,
      }),
      posixGroup('posix', groups, '7', ['john', 'jane']),
      group('payroll', suffix, [jane]),
    ].join(''),
  });
});
afterAll(() => directory.stop());

function config(more: Readonly<Record<string, unknown>> = {}) {
  return {
    ...secureConfig(directory),
    userSearch: { baseDn: people, filter: '(employeeType=staff)', username: ['uid', 'mail'], scope: 'one' },
    groupSearch: { baseDn: groups, filter: '(!(description=old))' },
    ...more,
  };
}

function lookUp(who: LookUpRequest, more: Readonly<Record<string, unknown>> = {}): Promise<LookedUp<State>> {
  const connector = openConnector(config(more));
  if (connector.lookUp === undefined) throw new Error('it cannot look people up');
  return Promise.resolve(connector.lookUp(who, testCall())).finally(() => connector.close?.());
}

async function found(name: string, more: Readonly<Record<string, unknown>> = {}, username?: string) {
  const who = { groups: [name], ...(username !== undefined && { username }) };
  const [only] = (await lookUp(who, more)).groups ?? [];
  return only?.found ?? [];
}

async function remarks(username: string, name: string, more: Readonly<Record<string, unknown>> = {}) {
  return (await found(name, more, username)).flatMap((each: FoundGroup) => each.remarks).join(' ');
}

describe('somebody who can sign in', () => {
  test('is what a sign-in finds, without the password', async () => {
    const { person: looked, checks } = await lookUp({ username: 'JANE@example.com' });
    const connector = openConnector(config());
    const identity = await signIn(connector, 'jane', 'jane-secret');
    await connector.close?.();
    expect(looked?.identity).toEqual(identity);
    expect(looked?.entry).toBe(jane);
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual(
      ['person', 'id', 'account', 'groups'].map((name) => [name, true]),
    );
    expect(checks.find(({ name }) => name === 'id')?.detail).toBe(`${identity?.upstreamId}, from entryUUID`);
  });

  test('has each group with its place, and how it was found', async () => {
    const { person: looked } = await lookUp({ username: 'jane' });
    expect(looked?.memberships).toEqual(
      expect.arrayContaining([{ group: 'admins', entry: inGroups('admins'), how: 'member of it (member)' }]),
    );
  });

  test('has the attributes as they are, with the options that read them', async () => {
    const { person: looked } = await lookUp(
      { username: 'jane' },
      { attributes: { displayName: 'description' } },
    );
    const attributes = new Map(looked?.attributes.map(({ name, ...rest }) => [name, rest]));
    expect(attributes.get('mail')).toEqual({
      values: ['jane@example.com'],
      remark: '`userSearch.username`, `attributes.email`',
    });
    expect(attributes.get('description')?.values).toHaveLength(30);
    expect(attributes.get('objectClass')).toEqual({ values: ['inetOrgPerson'] });
  });

  test('has what is no text written as text', async () => {
    const { person: looked } = await lookUp(
      { username: 'john' },
      { attributes: { displayName: 'description' } },
    );
    const description = looked?.attributes.find(({ name }) => name === 'description');
    expect(description).toEqual({
      name: 'description',
      values: [Buffer.from('bell\u0007').toString('hex')],
      remark: 'hex, `attributes.displayName`',
    });
  });

  // Attack: an administrator shares what the check says; a hash in it can be broken at home.
  test('shows no password, and none is asked for', async () => {
    const before = (await directory.log()).length;
    const shown = JSON.stringify(
      await lookUp({ username: 'jane' }, { attributes: { email: 'userPassword' } }),
    );
    const asked = (await directory.log()).slice(before);
    expect(shown).not.toMatch(/userPassword"|\{SSHA\}/);
    const entryRead = asked
      .split('\n')
      .filter((line) => line.includes('SRCH attr=') && line.includes('pwdLastSet'));
    expect(entryRead).not.toEqual([]);
    expect(entryRead.join('\n')).not.toMatch(/userPassword/i);
  });
});

describe('somebody who cannot sign in', () => {
  test.each<[string, string, Readonly<Record<string, unknown>>, RegExp]>([
    [
      'the filter leaves them out',
      'guest',
      {},
      /cn=guest,.* `userSearch.filter` leaves it out: \(employeeType=staff\)/,
    ],
    ['they are below another base', 'zoe', {}, /cn=zoe,ou=Robots.* not below `userSearch.baseDn`/],
    ['they are too deep for the scope', 'deep', {}, /cn=deep,.*`userSearch.scope: sub`/],
    [
      'they typed another of their names',
      'Jane Doe',
      {},
      /cn=jane,.* as displayName; people type uid or mail/,
    ],
    ['nobody has the name', 'xerxes', {}, /No entry .* has this uid or mail/],
    ['they name a domain that nobody knows', 'CORP\\jane', {}, /domain "CORP" is not known/],
    ['several have the name', 'twin@example.com', {}, /signs nobody in/],
  ])('is told why: %s', async (_, username, more, advice) => {
    const { person: looked, checks } = await lookUp({ username }, more);
    expect(looked).toBeUndefined();
    expect(checks).toEqual([expect.objectContaining({ name: 'person', ok: false })]);
    expect(checks[0]?.advice).toMatch(advice);
  });

  test('is told with all DNs where several have the name', async () => {
    const { checks } = await lookUp({ username: 'twin@example.com' });
    expect(checks[0]?.detail).toContain(`cn=twin one,${people} | cn=twin two,${people}`);
  });

  test('is shown with the state of the account, and what they would have without it', async () => {
    const { person: looked, checks } = await lookUp({ username: 'gone' });
    const account = checks.find(({ name }) => name === 'account');
    expect(account).toMatchObject({
      ok: false,
      detail: expect.stringContaining('account expired ("shadowExpire"'),
    });
    expect(account?.advice).toContain('later end');
    expect(looked?.identity?.username).toBe('gone');
  });

  test('is shown with what there is where the entry makes no identity', async () => {
    const { person: looked, checks } = await lookUp(
      { username: 'jane' },
      { attributes: { id: 'employeeNumber' } },
    );
    expect(looked).toMatchObject({ entry: jane });
    expect(looked?.identity).toBeUndefined();
    expect(checks.find(({ name }) => name === 'id')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('employeeNumber'),
    });
  });

  test('is not told "no groups" where the groups cannot be read', async () => {
    const missing = { groupSearch: { baseDn: `ou=x,${suffix}` } };
    const { person: looked, checks } = await lookUp({ username: 'jane' }, missing);
    expect(looked?.identity).toBeUndefined();
    expect(checks.find(({ name }) => name === 'groups')).toMatchObject({ ok: false });
  });
});

describe('a group', () => {
  test('is found with its place and how many members it has', async () => {
    expect(await found('Writers')).toEqual([
      { name: 'Writers', entry: inGroups('Writers'), counts: true, members: 2, remarks: [] },
    ]);
  });

  test('that is not there is not found', async () => {
    expect(await found('nix')).toEqual([]);
    expect(await found('jane')).toEqual([]);
  });

  test.each([
    ['differs in case', 'writers', true, /writes it "Writers"/],
    [
      'is left out by the filter',
      'old',
      false,
      /`groupSearch.filter` leaves it out: \(!\(description=old\)\)/,
    ],
    ['is outside the base', 'payroll', false, new RegExp(`not where .groupSearch. looks: below ${groups}`)],
  ])('that %s is found, and told so', async (_, name, counts, remark) => {
    const [only] = await found(name);
    expect(only).toMatchObject({ counts });
    expect(only?.remarks.join(' ')).toMatch(remark);
  });

  test('is found by its DN', async () => {
    expect(await found(inGroups('admins'))).toMatchObject([{ name: 'admins', counts: true, remarks: [] }]);
  });

  test('whose name is another attribute is found by its cn, and told so', async () => {
    const named = { groupSearch: { baseDn: groups, nameAttribute: 'gidNumber' } };
    const [only] = await found('posix', named);
    expect(only).toMatchObject({
      name: '7',
      remarks: [expect.stringContaining('`groupSearch.nameAttribute`')],
    });
  });

  test('comes in the order of asking, each with its own answer', async () => {
    const { groups: answers } = await lookUp({ groups: ['nix', 'admins'] });
    expect(answers?.map(({ asked, found: each }) => [asked, each.length])).toEqual([
      ['nix', 0],
      ['admins', 1],
    ]);
  });

  test('of many that are asked for is not counted: the members of a large one are megabytes', async () => {
    const names = ['admins', ...Array.from({ length: 10 }, (_, n) => `none-${n}`)];
    const { groups: answers } = await lookUp({ groups: names });
    expect(answers?.[0]?.found).toEqual([
      { name: 'admins', entry: inGroups('admins'), counts: true, remarks: [] },
    ]);
  });

  // Attack: what an administrator pastes into the command line comes from a ticket somebody else wrote.
  test('of a name that looks like a filter is a name', async () => {
    expect(await found('*)(cn=*')).toEqual([]);
    expect((await lookUp({ username: '*' })).person).toBeUndefined();
  });
});

describe('why somebody is not in a group', () => {
  test('because they are not a member', async () => {
    expect(await remarks('john', 'admins')).toBe(
      `cn=john,${people} is not a member of it, nor of a group inside it.`,
    );
  });

  test('because groups in groups are not followed', async () => {
    const said = await remarks('john', 'outer');
    expect(said).toContain(`through ${inGroups('inner')}, in ${inGroups('middle')}`);
    expect(said).toContain('recursionGroupAttribute');
  });

  test('because it names them in an attribute that is not asked', async () => {
    expect(await remarks('john', 'unique')).toContain('{ userAttribute: DN, groupAttribute: uniqueMember }');
    expect(await remarks('john', 'posix')).toContain('{ userAttribute: uid, groupAttribute: memberUid }');
  });

  test('because their own entry does not name it', async () => {
    const byEntry = { groupSearch: undefined, memberOf: { attribute: 'seeAlso' } };
    expect(await remarks('jane', 'admins', byEntry)).toMatch(/"seeAlso" does not name it/);
  });

  test('is not asked where they are', async () => {
    expect(await remarks('jane', 'admins')).toBe('');
  });
});

test('a directory that does not answer is told, and nothing is thrown', async () => {
  const connector = openConnector(plainConfigTo(1));
  const answer = await connector.lookUp?.({ username: 'jane', groups: ['admins'] }, testCall());
  await connector.close?.();
  expect(answer).toEqual({ checks: [expect.objectContaining({ ok: false, advice: expect.any(String) })] });
});

function plainConfigTo(port: number) {
  return { ...plainConfig(port), userSearch: { baseDn: people, username: 'uid' } };
}
