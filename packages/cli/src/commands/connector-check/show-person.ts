/** One person for people: may they sign in, what the directory has, what the rules make of it, what clients get. */
import type { Check, LookedUpAttribute } from '@gatehouse/connector-kit';
import { usualScopes } from '@gatehouse/core';
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { padded, printBeside, printLinesBeside, widthOf } from '../../wrapped.ts';
import type { ClientReport, GroupReport, PersonReport } from './explain-person.ts';
import { demandInWords, refusalInWords, stepsInWords } from './in-words.ts';
import { showLines } from './show-checks.ts';

const fewValues = 5;
const fewGroups = 40;
/** Longer names of attributes push only their own value to the right. */
const widestName = 24;

/** What is said differently where somebody has signed in than where they were looked up. */
export interface PersonWords {
  readonly able: string;
  readonly attributes: string;
  readonly groups: string;
}

const lookedUp: PersonWords = {
  able: 'can sign in with the right password',
  attributes: 'Entry',
  groups: 'as the directory has them → as tokens have them',
};

export function showPerson(
  person: PersonReport,
  verbose: boolean,
  terminal: Terminal,
  words: PersonWords = lookedUp,
): void {
  const { asked, signsIn, attributes = [], groups = [], clients } = person;
  const verdict = signsIn ? terminal.paint('green', words.able) : terminal.paint('red', 'cannot sign in');
  heading(`${printable(asked)}: `, verdict, terminal);
  showLines([...person.checks, ...ruleLines(person)], verbose, terminal);
  if (attributes.length > 0) showAttributes(words.attributes, attributes, verbose, terminal);
  if (groups.length > 0) showGroups(groups, words.groups, verbose, terminal);
  if (clients !== undefined) showClaims(person, clients, verbose, terminal);
}

function heading(text: string, rest: string, terminal: Terminal): void {
  terminal.print('');
  terminal.print(`${terminal.paint('bold', text)}${rest}`);
}

/** The connector entry's demands, in the same form as what was asked of the upstream. */
function ruleLines({ demands = [], refused }: PersonReport): readonly Check[] {
  const lines = demands.map((demand) => ({
    name: demand.rule,
    ok: demand.met,
    detail: demandInWords(demand),
    ...(!demand.met && { advice: 'Change their groups in the directory, or `rules` of the connector.' }),
  }));
  const told = lines.some(({ ok }) => !ok);
  if (refused === undefined || told) return lines;
  const advice = 'No rule lets them in: give them another name or id in the directory.';
  return [...lines, { name: 'name', ok: false, detail: refused.reason, advice }];
}

export function showAttributes(
  title: string,
  attributes: readonly LookedUpAttribute[],
  verbose: boolean,
  terminal: Terminal,
): void {
  heading(title, '', terminal);
  const names = Math.min(widestName, Math.max(...attributes.map(({ name }) => widthOf(name))));
  for (const { name, values, remark } of attributes) {
    const lead = `  ${padded(printable(name), names)}  `;
    const lines = verbose ? values : shortened(values, 'values');
    const together = lines.join(', ');
    const said = remark === undefined ? '' : `(${remark})`;
    // A DN has commas of its own.
    const short = together.length <= 60 && (lines.length < 2 || !lines.some((line) => line.includes(',')));
    if (short) printBeside(terminal, lead, `${together}  ${said}`.trim());
    else printLinesBeside(terminal, lead, said === '' ? lines : [...lines, said]);
  }
}

function shortened(values: readonly string[], what: string): readonly string[] {
  if (values.length <= fewValues + 1) return values;
  return [...values.slice(0, fewValues), `… and ${values.length - fewValues} more ${what} (--verbose)`];
}

function showGroups(
  groups: readonly GroupReport[],
  words: string,
  verbose: boolean,
  terminal: Terminal,
): void {
  heading(`Groups (${groups.length})`, terminal.paint('dim', `  ${words}`), terminal);
  const shown = verbose ? groups : groups.slice(0, fewGroups);
  for (const group of shown) showOneGroup(group, terminal);
  const more = groups.length - shown.length;
  if (more > 0) terminal.print(terminal.paint('dim', `  … and ${more} more groups (--verbose)`));
}

export function showOneGroup({ group, found, name, steps }: GroupReport, terminal: Terminal): void {
  const end = name === null ? terminal.paint('dim', 'left out') : terminal.paint('cyan', printable(name));
  const arrow = name === group ? '' : ` → ${end}`;
  terminal.print(`  ${name === group ? terminal.paint('cyan', printable(group)) : printable(group)}${arrow}`);
  for (const { entry, how } of found) {
    const where = [entry, how].filter((part) => part !== undefined).join(': ');
    if (where !== '') printBeside(terminal, '    ', where, 'dim');
  }
  if (steps.length > 0) printBeside(terminal, '    ', stepsInWords(steps, 'rules.groups'), 'dim');
}

/** What is said of the person is the same for every client; the groups are not. */
function showClaims(
  { refused }: PersonReport,
  clients: readonly ClientReport[],
  verbose: boolean,
  terminal: Terminal,
): void {
  heading('Claims', terminal.paint('dim', `  of a client that asks for ${usualScopes.join(' ')}`), terminal);
  if (refused !== undefined) {
    printBeside(terminal, `  ${terminal.paint('red', '✗')} `, `none for any client: ${refused.reason}`);
    return;
  }
  if (clients.length === 0) terminal.print('  the configuration has no clients');
  const [some] = clients.flatMap((client) => ('claims' in client ? client.claims : []));
  const same = Object.entries(some ?? {}).filter(([name]) => name !== 'groups');
  const names = Math.max(
    ...same.map(([name]) => name.length),
    ...clients.map(({ client }) => client.length),
    0,
  );
  for (const [name, value] of same) {
    printBeside(terminal, `  ${padded(name, names)}  `, String(value));
  }
  if (same.length > 0) terminal.print(`  groups for`);
  for (const client of clients) showClient(client, names, verbose, terminal);
}

function showClient(client: ClientReport, names: number, verbose: boolean, terminal: Terminal): void {
  const lead = `    ${padded(terminal.paint('bold', printable(client.client)), Math.max(names - 2, client.client.length))}  `;
  if ('refused' in client) {
    printBeside(
      terminal,
      `${lead}${terminal.paint('red', '✗')} `,
      `not let in: ${refusalInWords(client.refused)}`,
    );
    return;
  }
  const groups = client.claims.groups ?? [];
  const lines = verbose ? groups : shortened(groups, 'groups');
  printBeside(terminal, lead, groups.length === 0 ? 'none' : lines.join(', '));
}
