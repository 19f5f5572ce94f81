/** All organisations and teams of a person that the configuration asks for. */
import type { Asker } from '../api/ask.ts';
import { askAll } from '../api/ask-all.ts';
import { pageOfOrgs, type Team } from '../api/shapes.ts';
import { type Membership, membershipIn } from './membership.ts';
import { readTeams, refuseHidden } from './teams.ts';

export interface Belonging {
  /** In the organisations of the configuration, in its order. */
  readonly memberships: readonly Membership[];
  /** With `loadAllGroups`: all of them, listed or not. */
  readonly orgs: readonly { readonly id: number; readonly login: string }[];
  readonly teams: readonly Team[];
}

/** GitHub looks askance at more questions at once. */
const atOnce = 8;

/** @throws ClosedOrg, ConnectorError, Refusal: what is returned is complete */
export async function readBelonging(asker: Asker): Promise<Belonging> {
  const { orgs: listed = [], loadAllGroups } = asker.upstream.config;
  const memberships: Membership[] = [];
  for (let first = 0; first < listed.length; first += atOnce) {
    const some = listed.slice(first, first + atOnce);
    memberships.push(...(await Promise.all(some.map((org) => membershipIn(asker, org)))));
  }
  if (loadAllGroups) {
    const orgs = await askAll(asker, '/user/orgs', pageOfOrgs);
    await refuseHidden(asker, orgs.hidden);
    return { memberships, orgs: orgs.entries, teams: await readTeams(asker, () => true) };
  }
  const joined = new Set(memberships.flatMap((each) => (each.state === 'active' ? [each.id] : [])));
  const teams = joined.size === 0 ? [] : await readTeams(asker, (org) => joined.has(org));
  return { memberships, orgs: [], teams };
}
