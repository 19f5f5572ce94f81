/** The list of teams, cut short: it would take access away, and with a deny rule give it. */
import { type Answer, cutOff, refuse } from './api.ts';
import type { GithubCase, GithubStage } from './cases.ts';

type Rows = readonly Record<string, unknown>[];

/** Only the page with this number; all of them for 0. */
function onPage(
  { fake }: GithubStage,
  number: number,
  change: (truth: Answer) => ReturnType<typeof fake.tamper>,
) {
  fake.tamper = ({ path, query }, truth) => {
    const here = path === '/user/teams' && (number === 0 || query.get('page') === String(number));
    return here ? change(truth) : undefined;
  };
}

function row(
  attack: string,
  number: number,
  change: (truth: Answer, stage: GithubStage) => ReturnType<GithubStage['fake']['tamper']>,
  reason: RegExp,
): GithubCase {
  return {
    attack,
    arrange: (stage) => onPage(stage, number, (truth) => change(truth, stage)),
    ends: ['unavailable', reason],
  };
}

const linked = (truth: Answer, next: string): Answer => ({
  ...truth,
  headers: { ...truth.headers, link: `<${next}>; rel="next"` },
});

export const pageCases: readonly GithubCase[] = [
  row('the second page fails', 2, () => refuse(502, 'Server Error'), /status 502/),
  row('the second page does not exist', 2, () => refuse(404, 'Not Found'), /page 2 does not exist/),
  row('the second page is cut off, and ends as if it were whole', 2, cutOff, /not JSON/),
  row(
    'the connection ends in the middle of a page',
    1,
    (truth) => (response) => {
      response.writeHead(200, { ...truth.headers, 'content-length': '100000' }).write('[{"id":');
      setImmediate(() => response.destroy());
    },
    /cannot be asked|did not answer/,
  ),
  // Attack: the token is sent to whoever the Link header names.
  row(
    'the next page is on another host',
    1,
    (truth, { trap }) => linked(truth, `${trap}/user/teams?page=2`),
    /elsewhere/,
  ),
  row(
    'the next page is at another port',
    1,
    (truth) => linked(truth, 'http://127.0.0.1:1/user/teams?page=2'),
    /elsewhere/,
  ),
  row('the next page is no address', 1, (truth) => linked(truth, 'http://'), /elsewhere/),
  row(
    'the list is moved to another host',
    1,
    (_, { trap }) => ({ status: 302, headers: { location: `${trap}/user/teams` } }),
    /status 302/,
  ),
  row(
    'the list is moved for good',
    1,
    (_, { trap }) => ({ status: 301, headers: { location: `${trap}/user/teams` } }),
    /status 301/,
  ),
  {
    attack: 'each page repeats the first, and speaks of a next one',
    arrange: (stage) => {
      let first: Answer | undefined;
      onPage(stage, 0, (truth) => {
        first ??= truth;
        return first;
      });
    },
    ends: ['unavailable', /repeats/],
  },
  {
    attack: 'the pages have no end',
    arrange: (stage) => {
      let id = 1_000_000;
      onPage(stage, 0, (truth) => {
        const [one] = truth.body as Rows;
        const next = linked(truth, `${stage.fake.origin}/api/v3/user/teams`);
        id += 1;
        return {
          ...next,
          headers: { ...next.headers, etag: '' },
          body: [{ ...(one ?? fallback(stage)), id }],
        };
      });
    },
    ends: ['unavailable', /more than 100 pages/],
  },
  row(
    'the pages are empty, and have no end',
    0,
    (truth) => ({ ...linked(truth, '?page=2'), body: [] }),
    /more than 100 pages/,
  ),
  row(
    'a page has more than was asked for',
    1,
    (truth) => ({ ...truth, body: [...(truth.body as Rows), ...(truth.body as Rows)] }),
    /another form/,
  ),
  row('the list is none', 1, (truth) => ({ ...truth, body: { teams: truth.body } }), /another form/),
  row('the list is null', 1, (truth) => ({ ...truth, body: null }), /another form/),
  row(
    'a team has no organisation',
    1,
    (truth) => ({ ...truth, body: without(truth, 'organization') }),
    /another form/,
  ),
  row(
    'a team has a number that is text',
    1,
    (truth) => ({ ...truth, body: withId(truth, '1') }),
    /another form/,
  ),
  row(
    'a team has a number that no number can hold',
    1,
    (truth) => ({ ...truth, body: withId(truth, 2 ** 60) }),
    /another form/,
  ),
  row(
    'a team has no name',
    1,
    (truth) => ({ ...truth, body: (truth.body as Rows).map((team) => ({ ...team, name: '' })) }),
    /another form/,
  ),
  row(
    '"nothing has changed", though nobody asked that',
    1,
    () => ({ status: 304, headers: {} }),
    /status 304/,
  ),
  row('no content', 1, () => ({ status: 204, headers: {} }), /status 204/),
  {
    attack: 'a parent team is of another organisation',
    config: { parentTeams: true },
    arrange: ({ fake, teams }) => {
      const other = fake.world.org('evil');
      const parent = fake.world.team(other, 'Admins');
      const [first] = teams;
      if (first) first.parent = parent;
      fake.tamper = ({ path }, truth) =>
        path.startsWith('/orgs/acme/teams/')
          ? { ...truth, status: 200, headers: { 'content-type': 'application/json' }, body: teamOf(parent) }
          : undefined;
    },
    ends: ['unavailable', /is not shown/],
  },
  {
    attack: 'a parent team is renamed while we ask, and another team has its slug',
    config: { parentTeams: true },
    arrange: ({ fake, acme, teams }) => {
      const parent = fake.world.team(acme, 'Interns');
      const admins = fake.world.team(acme, 'Admins');
      const [first] = teams;
      if (first) first.parent = parent;
      fake.tamper = ({ path }, truth) =>
        path === '/orgs/acme/teams/interns' ? { ...truth, body: teamOf(admins) } : undefined;
    },
    ends: ['unavailable', /is not shown/],
  },
  {
    attack: 'a parent team is not there',
    config: { parentTeams: true },
    arrange: ({ fake, acme, teams }) => {
      const parent = fake.world.team(acme, 'Secret');
      const [first] = teams;
      if (first) first.parent = parent;
      fake.world.teams.delete(parent.id);
    },
    ends: ['unavailable', /is not shown/],
  },
  {
    attack: 'parent teams have no end',
    config: { parentTeams: true },
    arrange: ({ fake, acme, teams }) => {
      const [first] = teams;
      let id = 2_000_000;
      if (first) first.parent = fake.world.team(acme, 'Parent');
      fake.tamper = ({ path }, truth) => {
        if (!path.startsWith('/orgs/acme/teams/')) return undefined;
        const asked = Number(path.split('-').at(-1)) || first?.parent?.id;
        id += 1;
        const body = {
          ...teamOf({ id: asked ?? 0, name: 'Parent', slug: 'parent', org: acme }),
          parent: { id, slug: `parent-${id}` },
        };
        return { ...truth, status: 200, headers: { 'content-type': 'application/json' }, body };
      };
    },
    ends: ['unavailable', /too many parent teams/],
  },
];

function fallback({ acme }: GithubStage) {
  return teamOf({ id: 1, name: 'Team', slug: 'team', org: acme });
}

function teamOf({
  id,
  name,
  slug,
  org,
}: {
  id: number;
  name: string;
  slug: string;
  org: { id: number; login: string };
}) {
  return { id, name, slug, parent: null, organization: { id: org.id, login: org.login } };
}

function without(truth: Answer, member: string): Rows {
  return (truth.body as Rows).map((entry) => ({ ...entry, [member]: undefined }));
}

function withId(truth: Answer, id: unknown): Rows {
  return (truth.body as Rows).map((entry) => ({ ...entry, id }));
}
