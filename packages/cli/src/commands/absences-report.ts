/** What `gatehouse absences show` finds, for people and for scripts. */
import type { Config } from '@gatehouse/config';
import {
  type AbsenceBrakes,
  type Answers,
  type BrakeStanding,
  type MissingPerson,
  rateWindow,
} from '@gatehouse/core';
import type { CommandContext } from '../context.ts';
import { printable, showRows } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** People; scripts get all of them. */
const enoughToRead = 50;

export interface Absences {
  readonly standing: BrakeStanding;
  readonly answers: Answers;
  readonly people: readonly MissingPerson[];
}

export async function findAbsences(brakes: AbsenceBrakes, connectorId: string): Promise<Absences> {
  const [standing, answers, people] = await Promise.all([
    brakes.standing(connectorId),
    brakes.answers(connectorId, rateWindow),
    brakes.missing(connectorId),
  ]);
  return { standing, answers, people };
}

export function showAbsences(
  { id, name }: Config['connectors'][number],
  found: Absences,
  json: boolean,
  { terminal }: CommandContext,
): void {
  if (json) {
    terminal.json(forScripts(id, found));
    return;
  }
  const { standing, answers, people } = found;
  terminal.print(`${terminal.paint('bold', id)}: ${printable(name)}`);
  terminal.print(`  ${standingInWords(standing)}`);
  terminal.print(`  ${answersInWords(answers)}`);
  terminal.print('');
  const rows = people.slice(0, enoughToRead).map(personRow);
  showRows(terminal, {
    rows,
    json: false,
    // Who is kept has no end and no reason: those columns would only make the lines longer than a terminal.
    columns: columns.filter((column) => rows.some((row) => row[column] !== null)),
    none: '  Nobody is gone.',
  });
  const more = people.length - enoughToRead;
  if (more > 0) terminal.error(`and ${more} more; --json has them all`);
  if (standing.closedAt !== undefined && standing.word === undefined) adviseOperator(id, terminal);
}

const columns = ['username', 'state', 'proof', 'since', 'until', 'reason', 'subject'] as const;

/** The one question that only a person can answer, and where each answer leads. */
function adviseOperator(id: string, terminal: Terminal): void {
  terminal.error('');
  terminal.error(`Is the directory well?          gatehouse connector check ${id}`);
  terminal.error(`Have these people really left?  gatehouse absences agree ${id}`);
}

function standingInWords({ closedAt, word }: BrakeStanding): string {
  if (word !== undefined) {
    const how = word.kind === 'agreed' ? 'count, however many they are' : 'do not count';
    return `absences ${how}: ${word.kind} by ${printable(word.by)} at ${timeOf(word.at)} until ${timeOf(word.until)}`;
  }
  if (closedAt === undefined) return 'absences count';
  return `absences do not count since ${timeOf(closedAt)}: too many people were gone at once`;
}

function answersInWords({ asked, absent, stated }: Answers): string {
  const gone = absent + stated;
  const share = asked === 0 ? '' : ` (${((100 * gone) / asked).toFixed(1)} %)`;
  return `in the last five minutes ${asked} people were asked for, ${gone} were gone${share}: ${absent} absent, ${stated} stated`;
}

function timeOf(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function personRow({ subject, username, state, proof, since, until, reason }: MissingPerson) {
  return {
    ...{ username, subject, state, proof, since: since.toISOString() },
    ...{ until: until?.toISOString() ?? null, reason: reason ?? null },
  };
}

function forScripts(id: string, { standing: { closedAt, word }, answers, people }: Absences) {
  return {
    connector: id,
    absencesCount: word === undefined ? closedAt === undefined : word.kind === 'agreed',
    closedAt: closedAt?.toISOString() ?? null,
    word: word ? { ...word, at: word.at.toISOString(), until: word.until.toISOString() } : null,
    lastFiveMinutes: { ...answers },
    people: people.map(personRow),
  };
}
