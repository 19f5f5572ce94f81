/** The log of a short command: only what went wrong, on stderr, as lines for people. */
import type { Log, LogFields } from '@gatehouse/connector-kit';
import { printable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function commandLog(terminal: Terminal): Log {
  const say = (fields: LogFields, message: string) => {
    const error = fields.error instanceof Error ? fields.error.message : undefined;
    const told = [fields.server, fields.reason, error].filter((part) => typeof part === 'string');
    const details = told.length === 0 ? '' : `: ${printable(told.join(', '))}`;
    terminal.error(`${terminal.paint('yellow', 'Note:')} ${message}${details}`);
  };
  return { debug: () => {}, info: () => {}, warn: say, error: say };
}
