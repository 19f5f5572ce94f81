/** The report for people: first what was checked, then the person, then the group. */
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { padded, printBeside, widthOf } from '../../wrapped.ts';
import type { Entry, Step } from './ask-upstream.ts';
import type { Address } from './our-addresses.ts';
import type { Report } from './report.ts';
import { showChecks } from './show-checks.ts';
import { showGroup } from './show-group.ts';
import { showPerson } from './show-person.ts';

export function showReport(report: Report, entry: Entry, verbose: boolean, terminal: Terminal): void {
  const { checks, addresses = [], person, group, steps = [] } = report;
  terminal.print(`${terminal.paint('bold', entry.id)} (${entry.type}): ${printable(entry.name)}`);
  for (const step of steps) showStep(step, terminal);
  const asked = person !== undefined || group !== undefined;
  showChecks(checks, { verbose, brief: asked && !verbose }, terminal);
  if (addresses.length > 0) showAddresses(addresses, terminal);
  if (person !== undefined) showPerson(person, verbose, terminal);
  if (group === undefined) return;
  const unasked = [...checks, ...(person?.checks ?? [])].some(({ ok }) => !ok);
  showGroup(group, { person: person?.asked, unasked }, terminal);
}

function showStep({ name, facts }: Step, terminal: Terminal): void {
  printBeside(terminal, '  · ', `${name} ${JSON.stringify(facts)}`, 'dim');
}

function showAddresses(addresses: readonly Address[], terminal: Terminal): void {
  terminal.print('');
  terminal.print(
    `${terminal.paint('bold', 'Our addresses')}  to be entered at the upstream, letter by letter`,
  );
  const names = Math.max(...addresses.map(({ name }) => widthOf(name)));
  for (const { name, url } of addresses) printBeside(terminal, `  ${padded(name, names)}  `, url);
}
