/** About one group: whether it is there, what the rules make of its name, and why somebody has it or not. */
import type { FoundGroup, LookedUpGroup } from '@gatehouse/connector-kit';
import { explainGroups, type GroupFate, type GroupStep, upstreamNamesOf } from '@gatehouse/core';
import type { Entry } from './ask-upstream.ts';
import type { ClientReport, GroupReport, PersonReport } from './explain-person.ts';

export interface AskedGroupReport {
  readonly asked: string;
  /** What the upstream may call it: rules rename, and put a prefix before. */
  readonly upstreamNames: readonly string[];
  /** Absent: this upstream cannot tell which groups it has. */
  readonly found?: readonly (FoundGroup & Pick<GroupFate, 'steps'> & { readonly becomes: string | null })[];
  /** With `--user`. */
  readonly person?: PersonInGroup;
}

export interface PersonInGroup {
  /** The groups of the person that this name stands for. */
  readonly memberships: readonly GroupReport[];
  readonly clients: readonly {
    readonly client: string;
    readonly inToken: boolean;
    /** Where it is not. */
    readonly reason?: InTokenReason;
  }[];
}

export type InTokenReason =
  | { readonly why: 'notMember' }
  | { readonly why: 'rules'; readonly steps: readonly GroupStep[] }
  | { readonly why: 'client'; readonly steps: readonly GroupStep[] }
  | { readonly why: 'refused'; readonly reason: string };

export function namesToLookUp(asked: string, { rules }: Entry): readonly string[] {
  return upstreamNamesOf(asked, rules.groups);
}

export function explainGroup(
  asked: string,
  lookedUp: readonly LookedUpGroup[] | undefined,
  person: PersonReport | undefined,
  entry: Entry,
): AskedGroupReport {
  return {
    asked,
    upstreamNames: namesToLookUp(asked, entry),
    ...(lookedUp !== undefined && { found: foundIn(lookedUp, entry) }),
    ...(person?.groups !== undefined && {
      person: personIn(asked, person.groups, person.clients ?? []),
    }),
  };
}

/** Each entry once: it may be found under two of the names. */
function foundIn(
  lookedUp: readonly LookedUpGroup[],
  { rules }: Entry,
): NonNullable<AskedGroupReport['found']> {
  const found = new Map(
    lookedUp.flatMap((group) => group.found).map((each) => [each.entry ?? each.name, each] as const),
  );
  return [...found.values()].map((each) => {
    const [fate] = explainGroups([each.name], rules.groups);
    return { ...each, becomes: fate?.name ?? null, steps: fate?.steps ?? [] };
  });
}

function personIn(
  asked: string,
  groups: readonly GroupReport[],
  clients: readonly ClientReport[],
): PersonInGroup {
  const memberships = groups.filter((group) => standsFor(asked, group));
  return {
    memberships,
    clients: clients.map((client) => ({ client: client.client, ...inToken(memberships, client) })),
  };
}

/** By any of its names: the upstream's, one on the way through the rules, the final one, or that of its entry. */
function standsFor(asked: string, { group, name, steps, found }: GroupReport): boolean {
  const onTheWay = steps.flatMap((step) => ('name' in step ? step.name : []));
  const entries = found.flatMap(({ entry }) => entry ?? []);
  return [group, name, ...onTheWay, ...entries].includes(asked);
}

function inToken(memberships: readonly GroupReport[], client: ClientReport) {
  const no = (reason: InTokenReason) => ({ inToken: false, reason });
  const [first] = memberships;
  if (first === undefined) return no({ why: 'notMember' });
  if ('refused' in client) return no({ why: 'refused', reason: client.refused.reason });
  const left = memberships.flatMap(({ name }) => name ?? []);
  if (left.some((name) => client.claims.groups?.includes(name))) return { inToken: true };
  const hidden = client.hidden.find(({ group }) => left.includes(group));
  return hidden === undefined
    ? no({ why: 'rules', steps: first.steps })
    : no({ why: 'client', steps: hidden.steps });
}
