/** The played GitHub's REST API: the few questions that a sign-in asks. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Grant, OauthRoom } from './oauth.ts';
import {
  authorization,
  membership,
  privateUser,
  publicUser,
  simpleOrg,
  wholeOrg,
  wholeTeam,
} from './objects.ts';
import type { Org, World } from './world.ts';

export interface Asked {
  readonly method: string;
  /** Below the API's root. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: no body at all. */
  readonly body?: unknown;
}

export class ApiRoom {
  readonly #world: World;
  readonly #oauth: OauthRoom;
  /** As people reach it: it stands in every link. */
  readonly #root: () => string;

  constructor(world: World, oauth: OauthRoom, root: () => string) {
    this.#world = world;
    this.#oauth = oauth;
    this.#root = root;
  }

  answer(asked: Asked): Answer {
    const authorized = String(asked.headers.authorization ?? '');
    if (authorized.startsWith('Basic ')) return this.#forApp(asked, authorized.slice(6));
    const token = /^Bearer (.+)$/.exec(authorized)?.[1] ?? '';
    const grant = this.#oauth.grantOf(token);
    if (grant === undefined) return refuse(401, 'Bad credentials');
    if (grant.account.suspended) return refuse(403, 'Sorry. Your account was suspended.');
    return unlessUnchanged(asked, this.#forPerson(asked, grant));
  }

  #forPerson(asked: Asked, grant: Grant): Answer {
    const { account } = grant;
    const parts = asked.path.split('/').slice(1).map(decodeURIComponent);
    const api = this.#root();
    if (asked.path === '/user') return json(privateUser(api, account), grant);
    if (asked.path === '/user/emails') {
      return json(
        account.emails.map((email) => ({ ...email, visibility: null })),
        grant,
      );
    }
    if (asked.path === '/user/teams') return this.#teams(asked, grant);
    if (asked.path === '/user/orgs') return this.#orgs(asked, grant);
    if (asked.path.startsWith('/user/memberships/orgs/')) return this.#membership(parts[3] ?? '', grant);
    if (parts[0] === 'user' && parts.length === 2) return this.#byId(Number(parts[1]));
    if (parts[0] === 'orgs' && parts.length === 2) return this.#org(parts[1] ?? '');
    if (parts[0] === 'orgs' && parts[2] === 'teams') return this.#team(parts[1] ?? '', parts[3] ?? '', grant);
    return notFound;
  }

  #membership(name: string, grant: Grant): Answer {
    const org = this.#world.orgNamed(name);
    const state = org?.members.get(grant.account.id);
    if (org === undefined || state === undefined) return notFound;
    return (
      closed(org, grant, this.#root()) ?? json(membership(this.#root(), org, grant.account, state), grant)
    );
  }

  #teams(asked: Asked, grant: Grant): Answer {
    const all = this.#world.teamsOf(grant.account).filter(({ org }) => org.approved);
    const seen = all.filter(({ org }) => !needsSso(org, grant));
    const hidden = new Set(all.flatMap(({ org }) => (needsSso(org, grant) ? [org.id] : [])));
    const rows = seen.map((team) => wholeTeam(this.#root(), team));
    return this.#page(asked, rows, grant, hidden);
  }

  #orgs(asked: Asked, grant: Grant): Answer {
    const all = [...this.#world.orgs.values()].filter(
      ({ members, approved }) => approved && members.get(grant.account.id) === 'active',
    );
    const hidden = new Set(all.flatMap((org) => (needsSso(org, grant) ? [org.id] : [])));
    const rows = all.filter((org) => !needsSso(org, grant)).map((org) => simpleOrg(this.#root(), org));
    return this.#page(asked, rows, grant, hidden);
  }

  #page(asked: Asked, rows: readonly object[], grant: Grant, hidden: ReadonlySet<number>): Answer {
    const size = Math.min(Number(asked.query.get('per_page') ?? 30), 100);
    const page = Number(asked.query.get('page') ?? 1);
    const last = Math.max(1, Math.ceil(rows.length / size));
    const to = (number: number, rel: string) =>
      `<${this.#root()}${asked.path}?per_page=${size}&page=${number}>; rel="${rel}"`;
    const link = page < last ? { link: [to(page + 1, 'next'), to(last, 'last')].join(', ') } : {};
    const sso =
      hidden.size > 0 ? { 'x-github-sso': `partial-results; organizations=${[...hidden].join(',')}` } : {};
    const answer = json(rows.slice((page - 1) * size, page * size), grant);
    return { ...answer, headers: { ...answer.headers, ...link, ...sso } };
  }

  #byId(id: number): Answer {
    const account = this.#world.accounts.get(id);
    const found = account ?? this.#world.orgs.get(id);
    return found ? json(publicUser(this.#root(), found, account ? 'User' : 'Organization')) : notFound;
  }

  #org(name: string): Answer {
    const org = this.#world.orgNamed(name);
    return org ? json(wholeOrg(this.#root(), org)) : notFound;
  }

  #team(orgName: string, slug: string, grant: Grant): Answer {
    const org = this.#world.orgNamed(orgName);
    const team = [...this.#world.teams.values()].find((one) => one.org === org && one.slug === slug);
    if (!org || !team || !org.members.has(grant.account.id)) return notFound;
    return closed(org, grant, this.#root()) ?? json(wholeTeam(this.#root(), team), grant);
  }

  #forApp(asked: Asked, credentials: string): Answer {
    const { clientId, clientSecret } = this.#oauth.app;
    if (Buffer.from(credentials, 'base64').toString() !== `${clientId}:${clientSecret}`) {
      return refuse(401, 'Bad credentials');
    }
    const org = /^\/orgs\/([^/]+)$/.exec(asked.path)?.[1];
    if (org !== undefined) return this.#org(decodeURIComponent(org));
    if (asked.method !== 'POST' || asked.path !== `/applications/${clientId}/token`) return notFound;
    const token: unknown = JSON.parse(asked.body).access_token;
    const grant = typeof token === 'string' ? this.#oauth.grantOf(token) : undefined;
    if (typeof token !== 'string' || grant === undefined) return notFound;
    const scopes = grant.scope.split(',').filter((scope) => scope !== '');
    return json(authorization(this.#root(), clientId, grant.account, scopes, token));
  }
}

function needsSso(org: Org, { account }: Grant): boolean {
  return org.sso !== null && !org.sso.has(account.id);
}

/** What GitHub says where the person is a member and the app or the person may not look. */
function closed(org: Org, grant: Grant, api: string): Answer | null {
  if (!org.approved) {
    return refuse(
      403,
      `Although you appear to have the correct authorization credentials, the \`${org.login}\` organization has enabled OAuth App access restrictions, meaning that data access to third-parties is limited.`,
    );
  }
  if (!needsSso(org, grant)) return null;
  const url = `${new URL(api).origin}/orgs/${org.login}/sso?authorization_request=ABCDEF`;
  const answer = refuse(
    403,
    'Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization.',
  );
  return { ...answer, headers: { ...answer.headers, 'x-github-sso': `required; url=${url}` } };
}

function json(body: unknown, grant?: Grant): Answer {
  const etag = `W/"${createHash('sha256').update(JSON.stringify(body)).digest('hex')}"`;
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      etag,
      ...(grant && grant.scope !== '' && { 'x-oauth-scopes': grant.scope.replaceAll(',', ', ') }),
    },
    body,
  };
}

/** The description has a 304 for these alone. */
const conditional = ['/user', '/user/emails', '/user/orgs', '/user/teams'];

function unlessUnchanged({ path, headers }: Asked, answer: Answer): Answer {
  if (answer.status !== 200 || !conditional.includes(path)) return answer;
  if (headers['if-none-match'] !== answer.headers.etag) return answer;
  return { status: 304, headers: { etag: answer.headers.etag ?? '' } };
}

export function refuse(status: number, message: string): Answer {
  const body = { message, documentation_url: 'https://docs.github.com/rest', status: String(status) };
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body };
}

/** All but the last bytes, and an end as if that were all. */
export function cutOff({ status, headers, body }: Answer): (response: ServerResponse) => void {
  const text = JSON.stringify(body);
  return (response) => {
    response.writeHead(status, { ...headers, etag: 'W/"cut"' }).end(text.slice(0, -20));
  };
}

const notFound = refuse(404, 'Not Found');
