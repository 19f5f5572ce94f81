/** One group for people: where it is, what the rules make of its name, and why somebody has it or not. */
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { padded, printBeside } from '../../wrapped.ts';
import type { AskedGroupReport, PersonInGroup } from './explain-group.ts';
import { few, reasonInWords, stepsInWords } from './in-words.ts';
import { showOneGroup } from './show-person.ts';

/** @param unasked a check has failed, so that the upstream may not have been asked at all */
export function showGroup(
  group: AskedGroupReport,
  { person, unasked }: { readonly person: string | undefined; readonly unasked: boolean },
  terminal: Terminal,
): void {
  terminal.print('');
  const title = person === undefined ? group.asked : `${person} and the group ${group.asked}`;
  terminal.print(terminal.paint('bold', printable(title)));
  if (group.person !== undefined) showMembership(group.person, terminal);
  if (group.person === undefined || group.person.memberships.length === 0)
    showFound(group, unasked, terminal);
}

function showMembership({ memberships, clients }: PersonInGroup, terminal: Terminal): void {
  if (memberships.length === 0) {
    printBeside(terminal, `  ${terminal.paint('red', '✗')} `, 'no group of this person has that name');
    return;
  }
  printBeside(terminal, `  ${terminal.paint('green', '✓')} `, 'the person is in it');
  for (const each of memberships) showOneGroup(each, terminal);
  const names = Math.max(...clients.map(({ client }) => client.length));
  for (const { client, inToken, reason } of clients) {
    const mark = inToken ? terminal.paint('green', '✓') : terminal.paint('yellow', '–');
    const why = inToken || reason === undefined ? 'in the token' : reasonInWords(reason);
    printBeside(terminal, `  ${mark} ${padded(printable(client), names)}  `, why);
  }
}

function showFound({ found, upstreamNames }: AskedGroupReport, unasked: boolean, terminal: Terminal): void {
  if (found === undefined) {
    const why = unasked
      ? 'it could not be asked for; see above'
      : 'a connector of this type cannot tell which there are';
    printBeside(terminal, `  ${terminal.paint('yellow', '!')} `, why);
    return;
  }
  if (found.length === 0) {
    const names = few(upstreamNames.map((name) => `"${name}"`));
    const text = `there is no group ${names}, or the service account may not see it`;
    printBeside(terminal, `  ${terminal.paint('red', '✗')} `, text);
    return;
  }
  for (const { name, entry, counts, members, remarks, becomes, steps } of found) {
    const mark = counts ? terminal.paint('green', '✓') : terminal.paint('red', '✗');
    const direct = members === undefined ? '' : `, ${members} direct member${members === 1 ? '' : 's'}`;
    printBeside(terminal, `  ${mark} `, `${name}${direct}`);
    if (entry !== undefined) printBeside(terminal, '    ', entry, 'dim');
    for (const remark of remarks) printBeside(terminal, `    ${terminal.paint('yellow', '→')} `, remark);
    const named = counts ? becomes : `it would be ${becomes}`;
    const end = becomes === null ? 'in no token' : `${named} in tokens`;
    const by = steps.length === 0 ? '' : `: ${stepsInWords(steps, 'rules.groups')}`;
    printBeside(terminal, '    ', `${end}${by}`, 'dim');
  }
}
