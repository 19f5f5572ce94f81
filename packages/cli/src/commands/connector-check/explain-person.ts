/** What a sign-in would make of somebody: the rules of the connector entry, and the claims of each client. */
import type { Config } from '@gatehouse/config';
import type { Identity, Json, LookedUp, LookedUpPerson } from '@gatehouse/connector-kit';
import {
  admit,
  BrokerError,
  type Claims,
  type Demand,
  explainClaims,
  explainClient,
  explainFilter,
  explainGroups,
  explainRules,
  type GroupStep,
  subjectOf,
} from '@gatehouse/core';
import type { Entry } from './ask-upstream.ts';

export interface PersonReport {
  readonly asked: string;
  /** Whether a sign-in with the right password would be let in by the upstream and the connector entry. */
  readonly signsIn: boolean;
  readonly checks: LookedUp<Json>['checks'];
  readonly entry?: string;
  readonly attributes?: LookedUpPerson<Json>['attributes'];
  readonly id?: string;
  /** Why the connector entry lets them in for no client. */
  readonly refused?: Refusal;
  readonly demands?: readonly Demand[];
  readonly groups?: readonly GroupReport[];
  readonly clients?: readonly ClientReport[];
}

export interface GroupReport {
  /** As the upstream writes it. */
  readonly group: string;
  readonly found: readonly { readonly entry?: string; readonly how?: string }[];
  /** After the rules of the connector entry; null where they leave it out. */
  readonly name: string | null;
  readonly steps: readonly GroupStep[];
}

export interface Refusal {
  readonly code: string;
  readonly reason: string;
}

export type ClientReport = {
  readonly client: string;
  readonly name: string;
  /** Groups that the connector's rules leave, and the client does not see. */
  readonly hidden: readonly { readonly group: string; readonly steps: readonly GroupStep[] }[];
  readonly demands: readonly Demand[];
} & ({ readonly claims: Claims } | { readonly refused: Refusal });

export interface Surroundings {
  readonly entry: Entry;
  readonly clients: Config['clients'];
  readonly now: Date;
}

export function explainPerson(
  asked: string,
  { checks, person }: LookedUp<Json>,
  around: Surroundings,
): PersonReport {
  const found = checks.every(({ ok }) => ok) && person !== undefined;
  const { entry, attributes, identity } = person ?? {};
  const read = { asked, checks, ...(entry !== undefined && { entry, attributes: attributes ?? [] }) };
  if (person === undefined || identity === undefined) return { ...read, signsIn: false };

  const refused = refusalOf(identity, around.entry);
  const groups = explainMemberships(person, identity, around.entry);
  return {
    ...read,
    id: identity.upstreamId,
    ...(refused !== null && { refused }),
    demands: explainRules(around.entry.rules, identity.groups),
    groups,
    clients: explainForClients(identity, groups, around),
    signsIn: found && refused === null,
  };
}

/** By the steps of a sign-in, in their order. */
function refusalOf(identity: Identity<Json>, { id, rules }: Entry): Refusal | null {
  try {
    subjectOf(id, identity.upstreamId);
    admit({ connectorId: id, rules, identity });
    return null;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return { code: error.code, reason: error.message };
  }
}

function explainMemberships(
  { memberships }: LookedUpPerson<Json>,
  { groups }: Identity<Json>,
  { rules }: Entry,
): readonly GroupReport[] {
  return explainGroups(groups, rules.groups).map((fate) => ({
    ...fate,
    found: memberships.filter(({ group }) => group === fate.group).map(({ group: _, ...where }) => where),
  }));
}

function explainForClients(
  identity: Identity<Json>,
  groups: readonly GroupReport[],
  { entry, clients, now }: Surroundings,
): readonly ClientReport[] {
  const subject = subjectFor(entry.id, identity.upstreamId);
  if (subject === null) return [];
  const stored = { subject, connectorId: entry.id, identity, checkedAt: now, lastLoginAt: now };
  const left = [...new Set(groups.flatMap(({ name }) => name ?? []))];
  return explainClaims(stored, entry, clients).map(({ client, ...view }) => ({
    client: client.id,
    name: client.name,
    ...view,
    demands: explainClient(client, left),
    hidden: left
      .map((group) => ({ group, ...explainFilter(client.groups, group) }))
      .filter(({ kept }) => !kept)
      .map(({ group, steps }) => ({ group, steps })),
  }));
}

/** Null for an id that makes no subject: the refusal has told it, and no token is made of it. */
function subjectFor(connectorId: string, upstreamId: string): string | null {
  try {
    return subjectOf(connectorId, upstreamId);
  } catch (error) {
    if (error instanceof BrokerError) return null;
    throw error;
  }
}
