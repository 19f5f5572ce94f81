/** Everything that a try finds out, as `--json` prints it. Scripts depend on these names. */
import type { Config } from '@gatehouse/config';
import type { Identity, Json, LookedUp, LookedUpAttribute } from '@gatehouse/connector-kit';
import type { Entry, Step } from '../connector-check/ask-upstream.ts';
import { type AskedGroupReport, explainGroup } from '../connector-check/explain-group.ts';
import { explainPerson, type PersonReport } from '../connector-check/explain-person.ts';
import { faultsOf } from '../connector-check/report.ts';
import { attributesOf, identityLines } from './attributes.ts';

export interface TryReport {
  readonly connector: string;
  readonly type: string;
  /** Whether a sign-in would let this person in, and `--group` is in a token: the exit code is 0. */
  readonly ok: boolean;
  readonly identity: readonly LookedUpAttribute[];
  readonly person: PersonReport;
  readonly group?: AskedGroupReport;
  /** Sentences, the first of which ends the command. */
  readonly faults: readonly string[];
}

export interface Found {
  readonly entry: Entry;
  readonly clients: Config['clients'];
  readonly group: string | undefined;
  readonly identity: Identity<Json>;
  readonly steps: readonly Step[];
  /** Where the connector can be asked without a password, too: it knows where each group comes from. */
  readonly lookedUp: LookedUp<Json> | undefined;
  readonly now: Date;
}

export function reportOf({ entry, clients, group, identity, steps, lookedUp, now }: Found): TryReport {
  const { person: known, groups } = lookedUp ?? {};
  const attributes = known === undefined ? attributesOf(steps) : known.attributes;
  const found: LookedUp<Json> = {
    checks: [],
    person: {
      entry: known?.entry ?? identity.upstreamId,
      attributes,
      identity,
      memberships: known?.memberships ?? [],
    },
  };
  const person = explainPerson(identity.username, found, { entry, clients, now });
  const asked = group === undefined ? {} : { group: explainGroup(group, groups, person, entry) };
  const faults = faultsOf({ connector: entry.id, type: entry.type, checks: [], person, ...asked });
  return {
    connector: entry.id,
    type: entry.type,
    ok: faults.length === 0,
    identity: identityLines(identity),
    person,
    ...asked,
    faults,
  };
}
