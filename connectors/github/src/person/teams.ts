/** The teams of a person, with their parent teams by option. */
import { ConnectorError } from '@gatehouse/connector-kit';
import { type Asker, ask } from '../api/ask.ts';
import { askAll } from '../api/ask-all.ts';
import { Refusal } from '../api/refusals.ts';
import { account, oneTeam, pageOfTeams, type Team } from '../api/shapes.ts';
import { ClosedOrg } from '../errors.ts';

/**
 * @param counts whether the teams of an organisation, by its id, are wanted
 * @throws ClosedOrg where GitHub has left out one that is
 */
export async function readTeams(asker: Asker, counts: (org: number) => boolean): Promise<readonly Team[]> {
  const { entries, hidden } = await askAll(asker, '/user/teams', pageOfTeams);
  await refuseHidden(asker, hidden.filter(counts));
  const direct = entries.filter(({ organization }) => counts(organization.id));
  return asker.upstream.config.parentTeams ? withParents(asker, direct) : direct;
}

/** @throws ClosedOrg with the name of the first: what GitHub has left out could be any group */
export async function refuseHidden(asker: Asker, hidden: readonly number[]): Promise<void> {
  const [id] = hidden;
  if (id === undefined) return;
  const listed = asker.upstream.config.orgs?.find((org) => org.id === id)?.name;
  const name = listed ?? (await ask(asker, `/user/${id}`, account))?.body.login ?? `number ${id}`;
  throw new ClosedOrg(
    name,
    new Refusal('sso', 'GitHub left its teams out until the person has passed its single sign-on'),
  );
}

/** GitHub's own limit on nesting is far below; a chain without an end is cut off. */
const mostParents = 200;

async function withParents(asker: Asker, direct: readonly Team[]): Promise<readonly Team[]> {
  const known = new Map(direct.map((team) => [team.id, team]));
  const waiting = [...direct];
  for (let asked = 0; ; ) {
    const { parent, organization } = waiting.pop() ?? { parent: null, organization: null };
    if (organization === null) return [...known.values()];
    if (!parent || known.has(parent.id)) continue;
    if (++asked > mostParents) throw incomplete('there are too many parent teams');
    const path = `/orgs/${encodeURIComponent(organization.login)}/teams/${encodeURIComponent(parent.slug)}`;
    const found = (await ask(asker, path, oneTeam))?.body;
    if (found?.id !== parent.id || found.organization.id !== organization.id) {
      throw incomplete(`the parent team number ${parent.id} is not shown`);
    }
    known.set(found.id, found);
    waiting.push(found);
  }
}

function incomplete(what: string): ConnectorError {
  return new ConnectorError('unavailable', { reason: `the teams are not complete: ${what}` });
}
