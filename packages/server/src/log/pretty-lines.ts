/** Log lines for people: `12:00:01 info  signed in connector=corp`. */
import type { LogDestination } from './open-log.ts';

const colours: Readonly<Record<string, string>> = { debug: '2', info: '36', warn: '33', error: '31' };
const hidden = new Set(['level', 'time', 'msg', 'error']);

/** Colours only on a terminal. */
export function prettyLines(destination: LogDestination): LogDestination {
  const colour = destination.isTTY === true;
  return { write: (line: string) => destination.write(`${pretty(line, colour)}\n`) };
}

function pretty(line: string, colour: boolean): string {
  const entry = JSON.parse(line) as Record<string, unknown>;
  const level = String(entry.level);
  const painted = colour ? `\u001b[${colours[level] ?? '0'}m${level.padEnd(5)}\u001b[0m` : level.padEnd(5);
  const fields = Object.entries(entry)
    .filter(([name]) => !hidden.has(name))
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`);
  const text = visible(`${entry.msg}${fields.join('')}${errorLines(entry.error)}`);
  return `${String(entry.time).slice(11, 19)} ${painted} ${text}`;
}

/** What came from outside may hold line breaks and terminal commands: it must not be able to forge a line. */
function quote(value: string): string {
  return /^[\w.:/@*+-]+$/.test(value) ? value : JSON.stringify(value);
}

/** An upstream's words must not be able to command the operator's terminal. */
function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd');
}

function errorLines(error: unknown): string {
  if (!Array.isArray(error)) return '';
  return (error as readonly LoggedCause[])
    .filter((cause, depth) => depth === 0 || !repeats(cause, error[depth - 1]))
    .map((cause, depth) => {
      const text = cause.stack ?? `${cause.name}: ${cause.message}`;
      return `\n    ${depth === 0 ? '' : 'caused by '}${text.replaceAll('\n', '\n    ')}`;
    })
    .join('');
}

/** A connector's error goes out under a code of the broker, with the same words: people need them once. */
function repeats({ message, stack }: LoggedCause, before: LoggedCause): boolean {
  return stack === undefined && message === before.message;
}

interface LoggedCause {
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
}
