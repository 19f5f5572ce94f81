/** People and organisations that are not, or not any more, who they were. */
import { refuse } from './api.ts';
import type { GithubCase } from './cases.ts';

export const peopleCases: readonly GithubCase[] = [
  {
    attack: 'somebody registers the name that a member has given up',
    arrange: ({ fake, octocat }) => {
      octocat.login = 'mona';
      fake.world.account('octocat');
    },
    ends: ['not_allowed', /acme \(no member\)/],
  },
  {
    attack: 'somebody registers the name of the organisation, and makes themselves a member',
    config: { orgs: [{ name: 'acme', id: 1002 }] },
    arrange: ({ fake, acme, octocat }) => {
      acme.login = 'acme-labs';
      acme.members.delete(octocat.id);
      const squatted = fake.world.org('acme', [octocat]);
      fake.world.team(squatted, 'Team 1', [octocat]);
    },
    ends: ['not_allowed', /acme \(no member\)/],
  },
  {
    attack: 'somebody makes a team with the name of one that was renamed',
    config: { orgs: [{ name: 'acme', teams: [{ name: 'Team 1', id: 1004 }] }] },
    arrange: ({ fake, acme, octocat, teams }) => {
      const [, wanted] = teams;
      if (wanted) wanted.name = 'Team One';
      wanted?.members.delete(octocat.id);
      fake.world.team(acme, 'Team 1', [octocat]);
    },
    ends: ['not_allowed', /none of its listed teams/],
  },
  {
    attack: 'a team of the same name in another organisation',
    config: { orgs: [{ name: 'acme', teams: ['Admins'] }] },
    arrange: ({ fake, octocat }) =>
      void fake.world.team(fake.world.org('evil', [octocat]), 'Admins', [octocat]),
    ends: ['not_allowed', /none of its listed teams/],
  },
  {
    attack: 'an invitation that was not accepted',
    arrange: ({ acme, octocat }) => void acme.members.set(octocat.id, 'pending'),
    ends: ['not_allowed', /invited, not accepted/],
  },
  {
    attack: 'a state of membership that we do not know',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }, truth) =>
        path.startsWith('/user/memberships/')
          ? { ...truth, body: { ...Object(truth.body), state: 'removed' } }
          : undefined;
    },
    ends: ['not_allowed', /no member/],
  },
  {
    attack: 'an organisation that does not exist',
    config: { orgs: [{ name: 'acmee' }] },
    arrange: () => {},
    ends: ['not_allowed', /shows no organisation of this name/],
  },
  {
    attack: 'an organisation that was renamed',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) =>
        path.startsWith('/user/memberships/')
          ? { status: 301, headers: { location: '/elsewhere' } }
          : undefined;
    },
    ends: ['not_allowed', /shows no organisation of this name/],
  },
  {
    attack: 'an organisation that has not approved the app',
    arrange: ({ acme }) => {
      acme.approved = false;
    },
    ends: ['denied', /organisation acme: .*OAuth App access restrictions.*approve the OAuth app/],
  },
  {
    attack: 'an organisation in which the GitHub App is not installed',
    kind: 'github',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) =>
        path.startsWith('/user/memberships/')
          ? refuse(403, 'Resource not accessible by integration')
          : undefined;
    },
    ends: ['denied', /organisation acme: .*install the GitHub App/],
  },
  {
    attack: 'an organisation that wants its own single sign-on first',
    arrange: ({ acme }) => {
      acme.sso = new Set();
    },
    ends: ['denied', /organisation acme: .*SAML enforcement/],
  },
  {
    attack: 'single sign-on that ends between two questions, so that its teams are left out',
    arrange: ({ fake, acme }) => {
      fake.tamper = ({ path }, truth) =>
        path === '/user/teams'
          ? {
              ...truth,
              headers: { ...truth.headers, 'x-github-sso': `partial-results; organizations=7,${acme.id}` },
              body: [],
            }
          : undefined;
    },
    ends: ['denied', /organisation acme: .*left its teams out/],
  },
  {
    attack: 'teams are left out for want of single sign-on, and GitHub does not say of which organisation',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }, truth) =>
        path === '/user/teams'
          ? { ...truth, headers: { ...truth.headers, 'x-github-sso': 'partial-results' }, body: [] }
          : undefined;
    },
    ends: ['unavailable', /did not say which/],
  },
  {
    attack: 'with all groups, any organisation that is left out',
    config: { orgs: undefined, loadAllGroups: true },
    arrange: ({ fake, octocat }) => {
      fake.world.org('employer', [octocat]).sso = new Set();
    },
    ends: ['denied', /organisation employer/],
  },
  {
    attack: 'a list of allowed addresses without ours',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) =>
        path.startsWith('/user/memberships/')
          ? refuse(
              403,
              'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
            )
          : undefined;
    },
    ends: ['misconfigured', /organisation acme: .*IP allow list/],
  },
  {
    attack: 'a suspended account',
    arrange: ({ octocat }) => {
      octocat.suspended = true;
    },
    ends: ['denied', /suspended/],
  },
  {
    attack: 'a person who takes read:org out on the page of GitHub',
    arrange: ({ fake }) => {
      fake.oauth.app.grants = 'user:email';
    },
    ends: ['denied', /did not grant read:org$/],
  },
];
