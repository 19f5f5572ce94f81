/** Lines of checks, one block for each server; where all is well and something else was asked, one line for each. */
import type { Check } from '@gatehouse/connector-kit';
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import { padded, printBeside, widthOf } from '../../wrapped.ts';

/** Milliseconds. */
const slow = 1000;

export interface Manner {
  readonly verbose: boolean;
  readonly brief: boolean;
}

/** So that the blocks of all servers stand under each other. */
const usualNames = 'refuses strangers'.length;

export function showChecks(checks: readonly Check[], manner: Manner, terminal: Terminal): void {
  const servers = [...new Set(checks.flatMap(({ server }) => server ?? []))];
  // With one server everything is about it.
  const blocks = Map.groupBy(checks, ({ server }) => (servers.length === 1 ? servers[0] : server));
  const fine = [...blocks].filter(([, lines]) => manner.brief && lines.every(isFine));
  for (const [server, lines] of fine) showSummary(server, lines, terminal);
  for (const [server, lines] of blocks) {
    if (manner.brief && lines.every(isFine)) continue;
    if (server !== undefined && (servers.length > 1 || manner.brief)) showServer(server, lines, terminal);
    showLines(lines, manner.verbose, terminal);
  }
  if (servers.length > 1) showSlowest(blocks, terminal);
}

function showServer(server: string, lines: readonly Check[], terminal: Terminal): void {
  terminal.print('');
  const name = terminal.paint('bold', printable(server));
  terminal.print(`  ${name}${terminal.paint('dim', tookTogether(lines))}`);
}

export function showLines(lines: readonly Check[], verbose: boolean, terminal: Terminal): void {
  const names = Math.max(...lines.map(({ name }) => widthOf(name)), usualNames);
  const timed = lines.some(({ took }) => took !== undefined);
  for (const line of lines) {
    const time = timed ? `${tookBy(line, terminal)}  ` : '';
    const lead = `  ${markOf(line, terminal)} ${padded(printable(line.name), names)}  ${time}`;
    printBeside(terminal, lead, line.detail ?? '', line.ok ? 'dim' : undefined);
    if (line.advice) printBeside(terminal, `      ${terminal.paint('yellow', '→')} `, line.advice);
    if (verbose && line.facts) printBeside(terminal, '        ', JSON.stringify(line.facts), 'dim');
  }
}

function isFine({ ok, advice }: Check): boolean {
  return ok && !advice;
}

function showSummary(server: string | undefined, lines: readonly Check[], terminal: Terminal): void {
  const what = lines.length === 1 ? '1 check is good' : `all ${lines.length} checks are good`;
  const where = server === undefined ? '' : `${printable(server)}  `;
  terminal.print(
    `  ${terminal.paint('green', '✓')} ${where}${terminal.paint('dim', `${what}${tookTogether(lines)}`)}`,
  );
}

/** What works and still wants a look has a mark of its own. */
export function markOf({ ok, advice }: Pick<Check, 'ok' | 'advice'>, terminal: Terminal): string {
  if (!ok) return terminal.paint('red', '✗');
  return advice ? terminal.paint('yellow', '!') : terminal.paint('green', '✓');
}

function tookBy({ took }: Check, terminal: Terminal): string {
  const text = took === undefined ? '' : inWords(took);
  return terminal.paint((took ?? 0) >= slow ? 'yellow' : 'dim', text.padStart(6));
}

function tookTogether(lines: readonly Check[]): string {
  return lines.some(({ took }) => took !== undefined) ? `, ${inWords(sum(lines))}` : '';
}

function showSlowest(blocks: ReadonlyMap<string | undefined, readonly Check[]>, terminal: Terminal): void {
  const times = [...blocks].flatMap(([server, lines]) =>
    server !== undefined && lines.every(({ ok }) => ok) ? [{ server, took: sum(lines) }] : [],
  );
  const [slowest, ...others] = times.toSorted((one, other) => other.took - one.took);
  const next = others[0]?.took;
  if (slowest === undefined || next === undefined || slowest.took < 200 || slowest.took < 2 * next) return;
  terminal.print('');
  const text = `${slowest.server} is the slow one: ${inWords(slowest.took)}, where the next needs ${inWords(next)}.`;
  printBeside(terminal, `  ${terminal.paint('yellow', '!')} `, text);
}

function sum(lines: readonly Check[]): number {
  return lines.reduce((total, { took = 0 }) => total + took, 0);
}

function inWords(milliseconds: number): string {
  if (milliseconds < 1) return '<1 ms';
  return milliseconds < slow ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
