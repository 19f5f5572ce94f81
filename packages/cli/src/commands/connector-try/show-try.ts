/** The findings of a try in the terminal: those of `connector check`, with the identity before them. */
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import type { Entry } from '../connector-check/ask-upstream.ts';
import { showGroup } from '../connector-check/show-group.ts';
import { type PersonWords, showAttributes, showPerson } from '../connector-check/show-person.ts';
import type { TryReport } from './report.ts';

const words: PersonWords = {
  able: 'may sign in',
  attributes: 'As the upstream has it',
  groups: 'as the upstream has them → as tokens have them',
};

export function showTry(report: TryReport, entry: Entry, verbose: boolean, terminal: Terminal): void {
  const { identity, person, group } = report;
  terminal.print(`${terminal.paint('bold', entry.id)} (${entry.type}): ${printable(entry.name)}`);
  showAttributes('Identity', identity, verbose, terminal);
  showPerson(person, verbose, terminal, words);
  if (group !== undefined) showGroup(group, { person: person.asked, unasked: false }, terminal);
}
