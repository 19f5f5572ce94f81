/** Turns whatever ended a command into sentences for the terminal and an exit code. */
import { type ExitName, exitCode } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/** Something a person can act on: the message is the whole story, so no stack trace is shown. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exit: ExitName;
  /** What to do about it, one line each. */
  readonly advice: readonly string[];

  constructor(
    exit: ExitName,
    message: string,
    options: { advice?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.exit = exit;
    this.advice = options.advice ?? [];
  }
}

/** Prints the failure on stderr. @returns the exit code */
export function reportFailure(error: unknown, terminal: Terminal): number {
  const failure = asFailure(error);
  // A list of problems is its own heading.
  if (failure.exit === 'configuration') terminal.error(failure.message);
  else terminal.error(`${terminal.paint('red', 'Error:')} ${failure.message}`);
  for (const line of failure.advice) terminal.error(`  ${line}`);
  return exitCode(failure.exit);
}

function asFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const found = knownFailures.find(({ names }) => error instanceof Error && names.includes(error.name));
  if (found) return new CommandFailure(found.exit, messageWithCauses(error));
  // A bug of ours: here the stack is what is needed.
  return new CommandFailure(
    'failed',
    error instanceof Error ? (error.stack ?? error.message) : String(error),
  );
}

/** Errors of the other rooms whose messages already say what to do. */
const knownFailures: readonly { readonly names: readonly string[]; readonly exit: ExitName }[] = [
  { names: ['ConfigError'], exit: 'configuration' },
  {
    names: ['DatabaseProblem', 'EmbeddedPostgresError', 'StoreUnavailable'],
    exit: 'database',
  },
];

function messageWithCauses(error: unknown): string {
  const messages: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at.message && !messages.includes(at.message)) messages.push(at.message);
  }
  return messages.join(': ');
}
