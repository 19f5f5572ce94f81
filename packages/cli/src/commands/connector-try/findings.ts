/** The same findings for the page in the browser that signed in. */
import type { LookedUpAttribute } from '@gatehouse/connector-kit';
import {
  type BrokerError,
  type FindingsLine,
  type FindingsSection,
  type TryFindings,
  usualScopes,
} from '@gatehouse/core';
import type { AskedGroupReport } from '../connector-check/explain-group.ts';
import type { ClientReport, GroupReport, PersonReport } from '../connector-check/explain-person.ts';
import { demandInWords, reasonInWords, refusalInWords, stepsInWords } from '../connector-check/in-words.ts';
import type { TryReport } from './report.ts';

export function findingsOf({ identity, person, group, ok, faults }: TryReport): TryFindings {
  return {
    ok,
    title: person.signsIn ? `${person.asked} may sign in` : `${person.asked} may not sign in`,
    lead: ok ? 'This is what a sign-in would find, and what it would make of it.' : faults.join(' '),
    sections: [
      ...(group === undefined ? [] : [askedSection(group)]),
      section('Identity', identity.map(attributeLine)),
      section('Rules', rulesOf(person)),
      section('As the upstream has it', (person.attributes ?? []).map(attributeLine)),
      section(`Groups (${person.groups?.length ?? 0})`, (person.groups ?? []).map(groupLine)),
      ...(person.refused === undefined ? (person.clients ?? []).map(clientSection) : []),
    ].filter(({ lines }) => lines.length > 0),
  };
}

/** An upstream's own words are for the terminal, never for a page. */
export function failureFindings({ code, sentence }: BrokerError): TryFindings {
  return {
    ok: false,
    title: 'The sign-in failed',
    lead: `${sentence} (${code}) The terminal has the reason.`,
    sections: [],
  };
}

function section(title: string, lines: readonly FindingsLine[]): FindingsSection {
  return { title, lines: lines.map(withoutBackticks) };
}

/** In a terminal they set apart what is to be typed. */
function withoutBackticks({ remark, ...line }: FindingsLine): FindingsLine {
  return { ...line, ...(remark !== undefined && { remark: remark.replaceAll('`', '') }) };
}

function attributeLine({ name, values, remark }: LookedUpAttribute): FindingsLine {
  return { name, values, ...(remark !== undefined && { remark }) };
}

function rulesOf({ demands = [], refused }: PersonReport): readonly FindingsLine[] {
  const lines = demands.map((demand) => ({
    name: demand.rule,
    values: [demand.met ? 'met' : 'not met'],
    remark: demandInWords(demand),
  }));
  const told = demands.some(({ met }) => !met);
  return refused === undefined || told
    ? lines
    : [...lines, { name: 'refused', values: [refused.code], remark: refused.reason }];
}

function groupLine({ group, name, steps, found }: GroupReport): FindingsLine {
  const where = found.flatMap(({ entry, how }) => [entry, how].filter((part) => part !== undefined));
  const remarks = [stepsInWords(steps, 'rules.groups'), where.join(': ')].filter((each) => each !== '');
  return {
    name: group,
    values: [name === null ? '(left out)' : name],
    ...(remarks.length > 0 && { remark: remarks.join('; ') }),
  };
}

function clientSection(client: ClientReport): FindingsSection {
  const title = `Claims for ${client.client}`;
  if ('refused' in client) {
    const remark = refusalInWords(client.refused);
    return section(title, [{ name: 'refused', values: ['not let in'], remark }]);
  }
  const claims = Object.entries(client.claims).map(([name, value]) => ({
    name,
    values: Array.isArray(value)
      ? value.map(String)
      : [typeof value === 'string' ? value : JSON.stringify(value)],
  }));
  const hidden = client.hidden.map(({ group, steps }) => ({
    name: group,
    values: ['(not in its groups)'],
    remark: stepsInWords(steps, 'groups'),
  }));
  return section(`${title}, asking for ${usualScopes.join(' ')}`, [...claims, ...hidden]);
}

function askedSection({ asked, person, found = [] }: AskedGroupReport): FindingsSection {
  const { memberships = [], clients = [] } = person ?? {};
  const membership = {
    name: 'upstream',
    values: [memberships.length > 0 ? 'a member' : 'no group of this person has that name'],
    ...(memberships.length > 0 && { remark: memberships.map(({ group }) => group).join(', ') }),
  };
  const tokens = clients.map(({ client, inToken, reason }) => ({
    name: client,
    values: [inToken ? 'in the token' : 'not in the token'],
    // Of somebody without the group there is nothing more to say.
    ...(reason !== undefined && reason.why !== 'notMember' && { remark: reasonInWords(reason) }),
  }));
  const remarks =
    memberships.length > 0 ? [] : found.flatMap(({ name, remarks: said }) => ({ name, values: said }));
  return section(`The group ${asked}`, [membership, ...remarks, ...tokens]);
}
