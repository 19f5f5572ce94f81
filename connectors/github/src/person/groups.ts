/** What the organisations and teams of a person are called as groups: `org:team`. */
import type { Account, Team } from '../api/shapes.ts';
import type { GithubConfig, ListedOrg, ListedTeam } from '../config.ts';
import type { Belonging } from './belonging.ts';
import type { Membership } from './membership.ts';

type NameField = GithubConfig['teamNameField'];

/** Each once. Organisations of the configuration are called as they are called there. */
export function groupsOf(belonging: Belonging, config: GithubConfig): readonly string[] {
  const groups = config.loadAllGroups ? allGroups(belonging, config) : listedGroups(belonging, config);
  return [...new Set(groups)];
}

function listedGroups(belonging: Belonging, { teamNameField }: GithubConfig): readonly string[] {
  return belonging.memberships.flatMap((membership) =>
    teamsThatCount(membership, belonging.teams, teamNameField).flatMap((team) =>
      named(membership.org.name, team, teamNameField),
    ),
  );
}

function allGroups(
  { memberships, orgs, teams }: Belonging,
  { orgs: configured = [], teamNameField }: GithubConfig,
): readonly string[] {
  const listed = new Map(
    memberships.flatMap((each) => (each.state === 'active' ? [[each.id, each.org.name]] : [])),
  );
  const nameOf = ({ id, login }: Account) => listed.get(id) ?? login;
  const isItself = (org: Account) => !configured.some((each) => isImpostor(org, each));
  return [
    ...orgs.filter(isItself).map(nameOf),
    ...teams
      .filter(({ organization }) => isItself(organization))
      .flatMap((team) => named(nameOf(team.organization), team, teamNameField)),
  ];
}

/** Attack: an organisation is renamed, and a member takes its old name for one of their own, with a team of admins. */
function isImpostor(org: Account, { id, name }: ListedOrg): boolean {
  return id !== undefined && id !== org.id && name.toLowerCase() === org.login.toLowerCase();
}

/** Teams of one organisation of the configuration; of those that it lists, where it lists some. */
export function teamsThatCount(
  membership: Membership,
  teams: readonly Team[],
  field: NameField,
): readonly Team[] {
  if (membership.state !== 'active') return [];
  const { teams: wanted } = membership.org;
  const inside = teams.filter(({ organization }) => organization.id === membership.id);
  return wanted === undefined
    ? inside
    : inside.filter((team) => wanted.some((each) => isTeam(team, each, field)));
}

/** With a number, the name is only what people read. */
function isTeam(team: Team, wanted: ListedTeam, field: NameField): boolean {
  if (wanted.id !== undefined) return team.id === wanted.id;
  const names = field === 'both' ? [team.name, team.slug] : [team[field]];
  return names.some((name) => sameName(name, wanted.name));
}

/**
 * GitHub does not tell upper from lower case in names. Attack: a team with the sign for kelvin in place of a K, whose
 * lower case is a k. It stays what it is in upper case; so both have to agree.
 */
function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase() && one.toUpperCase() === other.toUpperCase();
}

function named(org: string, team: Team, field: NameField): readonly string[] {
  return field === 'both' ? [`${org}:${team.name}`, `${org}:${team.slug}`] : [`${org}:${team[field]}`];
}
