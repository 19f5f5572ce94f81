/** Everything that `connector check` finds out, as `--json` prints it. Scripts depend on these names. */
import type { Check } from '@gatehouse/connector-kit';
import type { Step } from './ask-upstream.ts';
import type { AskedGroupReport } from './explain-group.ts';
import type { PersonReport } from './explain-person.ts';
import type { Address } from './our-addresses.ts';

export interface Report {
  readonly connector: string;
  readonly type: string;
  /** Whether nothing was found wrong: the exit code is 0. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
  /** To be entered at the upstream; not there where something was asked about people. */
  readonly addresses?: readonly Address[];
  readonly person?: PersonReport;
  readonly group?: AskedGroupReport;
  /** With `--verbose`: what was asked of the upstream. */
  readonly steps?: readonly Step[];
}

/** Sentences, the first of which ends the command; empty where all is well. */
export function faultsOf({ checks, person, group }: Omit<Report, 'ok'>): readonly string[] {
  const failed = checks.filter(({ ok }) => !ok).length;
  return [
    ...(failed > 0 ? [`${failed} of ${checks.length} checks failed.`] : []),
    ...(person !== undefined && !person.signsIn ? [`"${person.asked}" cannot sign in.`] : []),
    ...(group === undefined ? [] : faultsOfGroup(group, person)),
  ];
}

function faultsOfGroup(group: AskedGroupReport, person: PersonReport | undefined): readonly string[] {
  if (group.person === undefined) {
    const there = group.found === undefined || group.found.some(({ counts }) => counts);
    return there ? [] : [`No sign-in finds a group "${group.asked}".`];
  }
  const { memberships, clients } = group.person;
  if (memberships.length === 0) return [`"${person?.asked}" does not have the group "${group.asked}".`];
  const reaches = clients.length === 0 || clients.some(({ inToken }) => inToken);
  return reaches ? [] : [`The group "${group.asked}" of "${person?.asked}" is in the token of no client.`];
}
