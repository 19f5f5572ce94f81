/** The report for people: first what was checked, then the person, then the group. */
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { printBeside } from '../../wrapped.ts';
import type { Entry, Step } from './ask-upstream.ts';
import type { Report } from './report.ts';
import { showChecks } from './show-checks.ts';
import { showGroup } from './show-group.ts';
import { showPerson } from './show-person.ts';

export function showReport(report: Report, entry: Entry, verbose: boolean, terminal: Terminal): void {
  const { checks, person, group, steps = [] } = report;
  terminal.print(`${terminal.paint('bold', entry.id)} (${entry.type}): ${printable(entry.name)}`);
  for (const step of steps) showStep(step, terminal);
  const asked = person !== undefined || group !== undefined;
  showChecks(checks, { verbose, brief: asked && !verbose }, terminal);
  if (person !== undefined) showPerson(person, verbose, terminal);
  if (group === undefined) return;
  const unasked = [...checks, ...(person?.checks ?? [])].some(({ ok }) => !ok);
  showGroup(group, { person: person?.asked, unasked }, terminal);
}

function showStep({ name, facts }: Step, terminal: Terminal): void {
  printBeside(terminal, '  · ', `${name} ${JSON.stringify(facts)}`, 'dim');
}
