/** The rules' doings in a few words. */
import type { Demand, GroupStep } from '@gatehouse/core';
import type { InTokenReason } from './explain-group.ts';

const dropped = {
  reserved: 'dropped: it begins with "system:", which Kubernetes keeps for itself',
  empty: 'dropped: nothing is left of its name',
  unreadable: 'dropped: its name has control characters or broken text',
} as const;

/** @param whose where the rules are written: `rules.groups`, or a client's `groups` */
export function stepsInWords(steps: readonly GroupStep[], whose: string): string {
  return steps.map((step) => stepInWords(step, whose)).join(', ');
}

function stepInWords(step: GroupStep, whose: string): string {
  switch (step.rule) {
    case 'rename':
      return `renamed to ${step.name}${step.pattern.includes('*') ? ` (by ${step.pattern})` : ''}`;
    case 'include':
      return step.pattern === undefined
        ? `left out: \`${whose}.include\` has nothing that fits it`
        : `included by ${step.pattern}`;
    case 'exclude':
      return `left out: \`${whose}.exclude\` has ${step.pattern}`;
    case 'prefix':
      return `prefix ${step.prefix}`;
    case 'dropped':
      return dropped[step.reason];
  }
}

export function demandInWords({ rule, patterns, met, groups, missing }: Demand): string {
  if (rule === 'deny.groups') {
    return met ? `in none of ${few(patterns)}` : `in ${few(groups)}, which is denied`;
  }
  if (rule === 'require.allGroups') {
    return met ? `in all of ${few(patterns)}` : `not in ${few(missing)}`;
  }
  return met ? `in ${few(groups)}` : `in none of ${few(patterns)}`;
}

export function few(words: readonly string[], most = 5): string {
  if (words.length === 0) return 'no group at all';
  const shown = words.slice(0, most).join(', ');
  return words.length > most ? `${shown} and ${words.length - most} more` : shown;
}

/** The log names the client; here it stands beside. */
export function refusalInWords({ reason }: { readonly reason: string }): string {
  return reason.replace(/^client \S+: /, '');
}

/** Why a group is not in a token. */
export function reasonInWords(reason: InTokenReason): string {
  switch (reason.why) {
    case 'notMember':
      return 'not in the token';
    case 'rules':
      return stepsInWords(reason.steps, 'rules.groups');
    case 'client':
      return stepsInWords(reason.steps, 'groups');
    case 'refused':
      return `not let in at all: ${refusalInWords(reason)}`;
  }
}
