import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openGithubConnector } from '../../../../tests/support/github-connector.ts';
import { type FakeGithub, startFakeGithub } from '../../../../tests/support/hostile/github/fake-github.ts';
import type { Org } from '../../../../tests/support/hostile/github/world.ts';

let fake: FakeGithub;
let acme: Org;
beforeAll(async () => {
  fake = await startFakeGithub();
  const octocat = fake.world.account('octocat');
  acme = fake.world.org('acme', [octocat]);
  const company = fake.world.team(acme, 'Company');
  const engineering = fake.world.team(acme, 'Engineering', [], company);
  fake.world.team(acme, 'Site Admins', [octocat], engineering);
  fake.world.team(acme, 'Others');
  const oss = fake.world.org('oss', [octocat]);
  fake.world.team(oss, 'Site Admins', [octocat]);
  fake.world.org('empty', [octocat]);
});
afterAll(() => fake.stop());

async function groupsWith(config: object): Promise<readonly string[]> {
  const connector = await openGithubConnector(fake, { ...config });
  return (await connector.signIn('octocat')).groups.toSorted();
}

const all = ['acme', 'acme:Site Admins', 'empty', 'oss', 'oss:Site Admins'];

describe('the groups', () => {
  test.each([
    ['nothing is asked for', {}, []],
    ['the organisation is listed', { orgs: [{ name: 'acme' }] }, ['acme:Site Admins']],
    ['it is written in another case', { orgs: [{ name: 'ACME' }] }, ['ACME:Site Admins']],
    ['the team is listed', { orgs: [{ name: 'acme', teams: ['site admins'] }] }, ['acme:Site Admins']],
    [
      'by slug',
      { orgs: [{ name: 'acme', teams: ['site-admins'] }], teamNameField: 'slug' },
      ['acme:site-admins'],
    ],
    [
      'by both',
      { orgs: [{ name: 'acme', teams: ['site-admins'] }], teamNameField: 'both' },
      ['acme:Site Admins', 'acme:site-admins'],
    ],
    [
      'two organisations are listed',
      { orgs: [{ name: 'acme' }, { name: 'oss' }] },
      ['acme:Site Admins', 'oss:Site Admins'],
    ],
    [
      'one of two has the team',
      { orgs: [{ name: 'acme', teams: ['Others'] }, { name: 'oss' }] },
      ['oss:Site Admins'],
    ],
    ['the organisation has no teams of theirs', { orgs: [{ name: 'empty' }] }, []],
    [
      'parent teams count',
      { orgs: [{ name: 'acme' }], parentTeams: true },
      ['acme:Company', 'acme:Engineering', 'acme:Site Admins'],
    ],
    [
      'a parent team is listed',
      { orgs: [{ name: 'acme', teams: ['Company'] }], parentTeams: true },
      ['acme:Company'],
    ],
    ['all are wanted', { loadAllGroups: true }, all],
    [
      'all are wanted, and an organisation is required',
      { loadAllGroups: true, orgs: [{ name: 'oss' }] },
      all,
    ],
  ])('where %s', async (_, config, expected) => {
    expect(await groupsWith(config)).toEqual(expected);
  });

  test('need a parent team to be listed only where parent teams count', async () => {
    const config = { orgs: [{ name: 'acme', teams: ['Company'] }] };
    await expect(groupsWith(config)).rejects.toMatchObject({ code: 'not_allowed' });
  });

  test('keep the configured name of an organisation that was renamed, known by its number', async () => {
    acme.login = 'acme-labs';
    try {
      expect(await groupsWith({ orgs: [{ name: 'acme', id: acme.id }] })).toEqual(['acme:Site Admins']);
      const everything = await groupsWith({ loadAllGroups: true, orgs: [{ name: 'acme', id: acme.id }] });
      expect(everything).toEqual(all);
    } finally {
      acme.login = 'acme';
    }
  });

  // Attack: any member may make a team. The sign for kelvin looks like a K, and its lower case is a k.
  test('are not those of a team whose name only looks like the one that is listed', async () => {
    const mallory = fake.world.account('eve');
    acme.members.set(mallory.id, 'active');
    const team = fake.world.team(acme, '\u212aeepers', [mallory]);
    try {
      const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme', teams: ['Keepers'] }] });
      await expect(connector.signIn('eve')).rejects.toMatchObject({ code: 'not_allowed' });
    } finally {
      fake.world.teams.delete(team.id);
    }
  });

  // Attack: an organisation is renamed, and a member registers its old name, with a team that is called like the admins'.
  test('are not those of another organisation that has taken the name since', async () => {
    const mallory = fake.world.account('mallory');
    acme.members.set(mallory.id, 'active');
    acme.login = 'acme-labs';
    const impostor = fake.world.org('acme', [mallory]);
    fake.world.team(impostor, 'Site Admins', [mallory]);
    try {
      const config = { loadAllGroups: true, orgs: [{ name: 'Acme', id: acme.id }] };
      const connector = await openGithubConnector(fake, config);
      expect((await connector.signIn('mallory')).groups).toEqual(['Acme']);
    } finally {
      impostor.login = 'impostor';
      acme.login = 'acme';
    }
  });

  test('are whole although something on the way takes the Link header off', async () => {
    const many = fake.world.account('many');
    acme.members.set(many.id, 'active');
    for (let n = 0; n < 230; n += 1) fake.world.team(acme, `Many ${n}`, [many]);
    fake.tamper = ({ path }, truth) => {
      const { link: _, ...headers } = truth.headers;
      return path === '/user/teams' ? { ...truth, headers } : undefined;
    };
    const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }] });
    expect((await connector.signIn('many')).groups).toHaveLength(230);
    fake.comeBack();
  });
});
