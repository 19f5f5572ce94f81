/** Who is gone, and what only looks like it. */
import { refuse } from './api.ts';
import type { GithubCase } from './cases.ts';

export const refreshCases: readonly GithubCase[] = [
  {
    attack: 'the person revokes the app',
    arrange: ({ fake, octocat }) => fake.oauth.revoke(octocat),
    // As after "Revoke all user tokens", which is one button.
    ends: ['gone', /does not know the token.*"absent"/],
  },
  {
    attack: 'a token is refused that GitHub calls valid',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) => (path === '/user' ? refuse(401, 'Bad credentials') : undefined);
    },
    ends: ['unavailable', /calls valid/],
  },
  {
    attack: 'a token is refused, and the client secret with it',
    arrange: ({ fake }) => {
      fake.tamper = ({ method }) =>
        method === 'GET' || method === 'POST' ? refuse(401, 'Bad credentials') : undefined;
    },
    ends: ['unavailable', /client ID and the client secret/],
  },
  {
    attack: 'a token is refused, and nobody answers what that means',
    arrange: ({ fake, octocat }) => {
      fake.oauth.revoke(octocat);
      fake.tamper = ({ method }) => (method === 'POST' ? refuse(503, 'Sorry') : undefined);
    },
    ends: ['unavailable', /status 503/],
  },
  {
    attack: 'the account is suspended',
    arrange: ({ octocat }) => {
      octocat.suspended = true;
    },
    ends: ['gone', /suspended.*"stated"/],
  },
  {
    attack: 'the person leaves the organisation',
    arrange: ({ acme, octocat }) => void acme.members.delete(octocat.id),
    ends: ['gone', /acme \(no member\).*"stated"/],
  },
  {
    attack: 'the person leaves the organisation that a GitHub App reads',
    kind: 'github',
    arrange: ({ acme, octocat }) => void acme.members.delete(octocat.id),
    ends: ['gone', /acme \(no member\).*"absent"/],
  },
  {
    attack: 'the person leaves the last of the listed teams',
    config: { orgs: [{ name: 'acme', teams: ['Team 3'] }] },
    arrange: ({ teams, octocat }) => void teams[3]?.members.delete(octocat.id),
    ends: ['gone', /none of its listed teams.*"absent"/],
  },
  {
    attack: 'the listed team is renamed: everybody looks as if they had left it',
    config: { orgs: [{ name: 'acme', teams: ['Team 3'] }] },
    arrange: ({ teams }) => {
      const [, , , listed] = teams;
      if (listed) Object.assign(listed, { name: 'Team Three', slug: 'team-three' });
    },
    ends: ['gone', /none of its listed teams.*"absent"/],
  },
  {
    attack: 'an organisation is suspended, and all of its members are told so',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) =>
        path.startsWith('/user/memberships/')
          ? refuse(403, 'The organization account was suspended.')
          : undefined;
    },
    ends: ['unavailable', /organization account was suspended/],
  },
  {
    attack: 'the organisation is renamed: everybody looks as if they had left',
    arrange: ({ acme }) => {
      acme.login = 'acme-labs';
    },
    ends: ['unavailable', /shows no organisation of this name/],
  },
  {
    attack: 'the organisation is renamed, and is known by its number',
    config: { orgs: [{ name: 'acme', id: 1002 }] },
    arrange: ({ acme }) => {
      acme.login = 'acme-labs';
    },
    ends: ['current', /acme:Team 1/],
  },
  {
    attack: 'the organisation is renamed, and its number is answered with another organisation',
    config: { orgs: [{ name: 'acme', id: 1002 }] },
    arrange: ({ fake, acme, octocat }) => {
      acme.login = 'acme-labs';
      const other = fake.world.org('evil', [octocat]);
      fake.tamper = ({ path }, truth) =>
        path === `/user/${acme.id}` ? { ...truth, body: { id: other.id, login: 'evil' } } : undefined;
    },
    ends: ['unavailable', /shows no organisation of this name/],
  },
  {
    attack: 'the person is renamed, and somebody else takes the name',
    arrange: ({ fake, octocat }) => {
      octocat.login = 'mona';
      fake.world.account('octocat');
    },
    ends: ['current', /mona/],
  },
  {
    attack: 'the organisation takes its approval back',
    arrange: ({ acme }) => {
      acme.approved = false;
    },
    ends: ['unavailable', /organisation acme/],
  },
  {
    attack: 'the single sign-on of the organisation has ended',
    arrange: ({ acme }) => {
      acme.sso = new Set();
    },
    ends: ['unavailable', /organisation acme/],
  },
  {
    attack: 'the token is answered as if it were of somebody else',
    arrange: ({ fake }) => {
      const other = fake.world.account('mallory');
      fake.tamper = ({ path }, truth) =>
        path === '/user'
          ? { ...truth, status: 200, body: { id: other.id, login: 'mallory', name: null } }
          : undefined;
    },
    ends: ['unavailable', /another account/],
  },
  {
    attack: 'the rate limit',
    arrange: ({ fake }) => {
      const answer = refuse(403, 'You have exceeded a secondary rate limit.');
      fake.tamper = () => ({ ...answer, headers: { ...answer.headers, 'retry-after': '120' } });
    },
    ends: ['unavailable', /secondary rate limit/],
    retryAfter: 120,
  },
  {
    attack: 'the refresh token of a GitHub App is refused',
    kind: 'github',
    arrange: ({ fake, octocat }) => fake.oauth.revoke(octocat),
    ends: ['gone', /refresh token.*"absent"/],
  },
  {
    attack: 'the tokens of a GitHub App are not renewed, for a reason that is a script',
    kind: 'github',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) => {
        if (path === '/user') return refuse(401, 'Bad credentials');
        if (path !== '/login/oauth/access_token') return undefined;
        return { status: 200, headers: {}, body: { error: '<script>alert(1)</script>' } };
      };
    },
    ends: ['unavailable', /did not renew the token: an unknown error$/],
  },
  {
    attack: 'the client secret of a GitHub App is replaced while its tokens end',
    kind: 'github',
    arrange: ({ fake }) => {
      fake.tamper = ({ path }) => {
        if (path === '/user') return refuse(401, 'Bad credentials');
        if (path !== '/login/oauth/access_token') return undefined;
        return { status: 200, headers: {}, body: { error: 'incorrect_client_credentials' } };
      };
    },
    ends: ['unavailable', /client ID and client secret/],
  },
  {
    attack: 'a certificate, or a proxy, that is wrong since yesterday',
    arrange: ({ fake }) => fake.goDown(),
    ends: ['unavailable', /cannot be asked/],
  },
];
