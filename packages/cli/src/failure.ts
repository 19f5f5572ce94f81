/** Turns whatever ended a command into sentences for the terminal and an exit code. */
import type { CommandContext } from './context.ts';
import { type ExitName, exitCode } from './exit-codes.ts';
import { asTyped } from './typed-command.ts';

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
export function reportFailure(error: unknown, { terminal, env }: CommandContext): number {
  const failure = asFailure(error);
  const say = (text: string) => terminal.error(asTyped(text, env));
  // A list of problems is its own heading.
  if (failure.exit === 'configuration') say(failure.message);
  else say(`${terminal.paint('red', 'Error:')} ${failure.message}`);
  for (const line of failure.advice) say(`  ${line}`);
  return exitCode(failure.exit);
}

function asFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  const found = knownFailures.find(({ names }) => error instanceof Error && names.includes(error.name));
  if (found) return withCauses(found.exit, error);
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

/** The first message is a sentence of ours; below it stands what somebody else said, unless it is told already. */
function withCauses(exit: ExitName, error: unknown): CommandFailure {
  const messages: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const { message } = at;
    if (message && !messages.some((said) => said.includes(message))) messages.push(message);
  }
  const [first = String(error), ...causes] = messages;
  return new CommandFailure(exit, first, { advice: causes.map((cause) => `Because: ${cause}`) });
}
