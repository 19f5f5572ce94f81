/** What the played GitHub sends, with every member that GitHub's description requires. */
import type { Account, Org, Team } from './world.ts';

const then = '2024-01-01T00:00:00Z';

function address(api: string, path: string): string {
  return `${api}${path}`;
}

function simpleAccount(
  api: string,
  { id, login }: { id: number; login: string },
  type: 'User' | 'Organization',
) {
  const self = address(api, `/users/${login}`);
  return {
    login,
    id,
    node_id: Buffer.from(`${type}:${id}`).toString('base64'),
    avatar_url: address(api, `/avatars/u/${id}`),
    gravatar_id: '',
    url: self,
    html_url: address(api, `/${login}`),
    followers_url: `${self}/followers`,
    following_url: `${self}/following{/other_user}`,
    gists_url: `${self}/gists{/gist_id}`,
    starred_url: `${self}/starred{/owner}{/repo}`,
    subscriptions_url: `${self}/subscriptions`,
    organizations_url: `${self}/orgs`,
    repos_url: `${self}/repos`,
    events_url: `${self}/events{/privacy}`,
    received_events_url: `${self}/received_events`,
    type,
    site_admin: false,
  };
}

const profile = {
  bio: null,
  blog: '',
  company: null,
  email: null,
  followers: 0,
  following: 0,
  hireable: null,
  location: null,
  public_gists: 0,
  public_repos: 0,
  created_at: then,
  updated_at: then,
};

/** `GET /user` */
export function privateUser(api: string, account: Account) {
  return {
    ...simpleAccount(api, account, 'User'),
    ...profile,
    name: account.name,
    collaborators: 0,
    disk_usage: 0,
    owned_private_repos: 0,
    private_gists: 0,
    total_private_repos: 0,
    two_factor_authentication: true,
  };
}

/** `GET /user/{account_id}` */
export function publicUser(
  api: string,
  account: { id: number; login: string },
  type: 'User' | 'Organization',
) {
  return { ...simpleAccount(api, account, type), ...profile, name: null };
}

export function simpleOrg(api: string, { id, login }: Org) {
  const self = address(api, `/orgs/${login}`);
  return {
    login,
    id,
    node_id: Buffer.from(`Organization:${id}`).toString('base64'),
    url: self,
    repos_url: `${self}/repos`,
    events_url: `${self}/events`,
    hooks_url: `${self}/hooks`,
    issues_url: `${self}/issues`,
    members_url: `${self}/members{/member}`,
    public_members_url: `${self}/public_members{/member}`,
    avatar_url: address(api, `/avatars/u/${id}`),
    description: '',
  };
}

export function wholeOrg(api: string, org: Org) {
  return {
    ...simpleOrg(api, org),
    html_url: address(api, `/${org.login}`),
    has_organization_projects: true,
    has_repository_projects: true,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: then,
    updated_at: then,
    archived_at: null,
  };
}

export function membership(api: string, org: Org, account: Account, state: 'active' | 'pending') {
  return {
    url: address(api, `/orgs/${org.login}/memberships/${account.login}`),
    state,
    role: 'member',
    organization_url: address(api, `/orgs/${org.login}`),
    organization: simpleOrg(api, org),
    user: simpleAccount(api, account, 'User'),
  };
}

function simpleTeam(api: string, { id, name, slug, org }: Team) {
  const self = address(api, `/organizations/${org.id}/team/${id}`);
  return {
    id,
    node_id: Buffer.from(`Team:${id}`).toString('base64'),
    url: self,
    html_url: address(api, `/orgs/${org.login}/teams/${slug}`),
    name,
    slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${self}/members{/member}`,
    repositories_url: `${self}/repos`,
    type: 'organization',
  };
}

export function wholeTeam(api: string, team: Team) {
  return {
    ...simpleTeam(api, team),
    parent: team.parent && simpleTeam(api, team.parent),
    members_count: team.members.size,
    repos_count: 0,
    created_at: then,
    updated_at: then,
    organization: wholeOrg(api, team.org),
  };
}

/** `POST /applications/{client_id}/token` */
export function authorization(
  api: string,
  clientId: string,
  account: Account,
  scopes: readonly string[],
  token: string,
) {
  return {
    id: 1,
    url: address(api, '/authorizations/1'),
    app: { name: 'Gatehouse', url: 'https://login.example.com', client_id: clientId },
    token,
    hashed_token: '',
    token_last_eight: token.slice(-8),
    note: null,
    note_url: null,
    fingerprint: null,
    scopes,
    created_at: then,
    updated_at: then,
    expires_at: null,
    user: simpleAccount(api, account, 'User'),
  };
}
