/** Whether the organisations and teams of a person let them in. */
import { below } from '../places.ts';
import type { Upstream } from '../upstream.ts';
import type { Belonging } from './belonging.ts';
import { teamsThatCount } from './groups.ts';
import type { Membership } from './membership.ts';

export type Admission = { readonly admitted: true } | NotAdmitted;

export interface NotAdmitted {
  readonly admitted: false;
  /** For the log. */
  readonly reason: string;
  readonly personMessage: string;
  readonly personLink?: string;
  /** Whether GitHub has said so of every organisation; false where it shows none by the name. */
  readonly certain: boolean;
  /** Of one of the organisations, though in none of the teams that it lists. */
  readonly stillMember: boolean;
}

/** In any of the organisations is enough; of one that lists teams, in any of those. */
export function admit(login: string, { memberships, teams }: Belonging, upstream: Upstream): Admission {
  const { config, web } = upstream;
  if (config.orgs === undefined) return { admitted: true };
  const admitted = memberships.some(
    (each) =>
      each.state === 'active' &&
      (each.org.teams === undefined || teamsThatCount(each, teams, config.teamNameField).length > 0),
  );
  if (admitted) return { admitted };
  const reason = `not in a required organisation or team: ${memberships.map(told).join('; ')}`;
  const certain = memberships.every(({ state }) => state !== 'unknown');
  const stillMember = memberships.some(({ state }) => state === 'active');
  const invitation = memberships.find(({ state }) => state === 'pending')?.org.name;
  if (invitation !== undefined) {
    const link = below(web, `/orgs/${invitation}/invitation`).href;
    const personMessage = `You have not accepted the invitation to the GitHub organisation ${invitation} yet. You find it at ${link}`;
    return { admitted, reason, certain, stillMember, personMessage, personLink: link };
  }
  const personMessage = `Your GitHub account ${login} is in none of the organisations and teams that may sign in here.`;
  return { admitted, reason, certain, stillMember, personMessage };
}

function told({ org, state }: Membership): string {
  switch (state) {
    case 'active':
      return `${org.name} (a member, but in none of its listed teams)`;
    case 'pending':
      return `${org.name} (invited, not accepted)`;
    case 'none':
      return `${org.name} (no member)`;
    case 'unknown':
      return `${org.name} (GitHub shows no organisation of this name: renamed, deleted, or closed to this person)`;
  }
}
