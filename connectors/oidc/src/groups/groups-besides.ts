/** Groups that are not in the claims: where they are asked for instead, and the token that says it could not hold them. */
import { type Call, ConnectorError } from '@gatehouse/connector-kit';
import { type ClaimPath, type Claims, claimAt } from '@gatehouse/oauth-upstream';
import type { Tokens } from '../person.ts';
import type { Provider } from '../provider.ts';
import { askGraph } from './graph.ts';
import { askWorkspace } from './workspace.ts';

export interface GroupQuestion {
  readonly provider: Provider;
  readonly tokens: Tokens;
  readonly claims: Claims;
  readonly call: Call;
}

/** Undefined: the claims have them. @throws ConnectorError where they have not, and nobody may be asked */
export async function groupsBesides(question: GroupQuestion): Promise<readonly string[] | undefined> {
  const { graph, workspaceGroups } = question.provider.config;
  if (workspaceGroups !== undefined) return await askWorkspace(question, workspaceGroups);
  const overflowing = hasOverage(question);
  if (graph !== undefined && (graph.when === 'always' || overflowing)) return await askGraph(question, graph);
  if (overflowing) throw tooMany();
  return undefined;
}

/**
 * The attack: somebody joins groups until the token has no room, and the one that a rule denies is gone with the rest.
 * The claims say so by `hasgroups` (implicit flow) or `_claim_names` (OIDC Core 1.0, section 5.6.2).
 */
function hasOverage({ provider, claims }: GroupQuestion): boolean {
  const { groups } = provider.config.claims;
  const mapped = groups.length > 0;
  const elsewhere = claims._claim_names;
  const named = groups.some(({ claim }) =>
    firstSteps(claim).some(
      (step) => claimAt({ elsewhere: elsewhere ?? null }, ['elsewhere', step]) !== undefined,
    ),
  );
  return mapped && (named || claims.hasgroups === true || claims.hasgroups === 'true');
}

/** `a.b` is the name of a claim, or a step into the claim `a`. */
function firstSteps(claim: ClaimPath): readonly string[] {
  if (typeof claim !== 'string') return claim.slice(0, 1);
  return [claim, ...claim.split('.').slice(0, 1)];
}

function tooMany(): ConnectorError {
  const reason =
    'the person is in more groups than the token can hold (`_claim_names`, `hasgroups`), and there is nobody to ask: configure `graph`, or send only the groups that are assigned to the application';
  return new ConnectorError('misconfigured', { reason });
}
