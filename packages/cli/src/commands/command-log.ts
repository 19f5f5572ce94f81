/** The log of a short command: only what went wrong, on stderr, as lines for people. */
import type { Log, LogFields } from '@gatehouse/connector-kit';
import { printable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function commandLog(terminal: Terminal): Log {
  const say = (fields: LogFields, message: string) => {
    const cause = fields.error instanceof Error ? `: ${printable(fields.error.message)}` : '';
    terminal.error(`${terminal.paint('yellow', 'Note:')} ${message}${cause}`);
  };
  return { debug: () => {}, info: () => {}, warn: say, error: say };
}
