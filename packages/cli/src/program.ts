/** All commands of `gatehouse`, their help, and how they end. */
import { Command, CommanderError } from 'commander';
import { addAbsencesCommands } from './commands/absences.ts';
import { addConfigCommands } from './commands/config.ts';
import { addConnectorCommands } from './commands/connector.ts';
import { addDevCertificateCommand } from './commands/dev-certificate.ts';
import { addHashPasswordCommand } from './commands/hash-password.ts';
import { addKeysCommands } from './commands/keys.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addServeCommand } from './commands/serve.ts';
import { addUserCommands } from './commands/user.ts';
import { addVersionCommand, version } from './commands/version.ts';
import type { CommandContext } from './context.ts';
import { exitCode, exitCodes } from './exit-codes.ts';
import { reportFailure } from './failure.ts';
import { inCheckout, runsInCheckout } from './typed-command.ts';

/** @returns the exit code; nothing is thrown */
export async function runProgram(args: readonly string[], context: CommandContext): Promise<number> {
  try {
    await buildProgram(context).parseAsync([...args], { from: 'user' });
    return exitCode('ok');
  } catch (error) {
    // commander has said what is wrong with the command line; help and version come here with 0.
    if (error instanceof CommanderError) return exitCode(error.exitCode === 0 ? 'ok' : 'usage');
    return reportFailure(error, context);
  }
}

export function buildProgram(context: CommandContext): Command {
  const { terminal, env } = context;
  const program = new Command('gatehouse')
    .description(
      'Sign in with what your company already has; get one signed ID token that Kubernetes accepts.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help; also for each command')
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.error(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, terminal.paint('red', 'Error:'))),
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    })
    .configureHelp({
      styleTitle: (title) => terminal.paint('bold', title),
      styleCommandText: (text) => terminal.paint('cyan', text),
      styleSubcommandText: (text) => terminal.paint('cyan', text),
    });
  for (const add of commands) add(program, context);
  return program.addHelpText(
    'after',
    [
      '',
      terminal.paint('bold', 'Environment:'),
      environment,
      '',
      terminal.paint('bold', 'Exit codes:'),
      ...exitCodeLines,
      ...(runsInCheckout(env) ? ['', `In this checkout, type "${inCheckout}" for "gatehouse".`] : []),
    ].join('\n'),
  );
}

const commands: readonly ((program: Command, context: CommandContext) => void)[] = [
  addServeCommand,
  addMigrateCommand,
  addConfigCommands,
  addConnectorCommands,
  addAbsencesCommands,
  addUserCommands,
  addKeysCommands,
  addHashPasswordCommand,
  addDevCertificateCommand,
  addVersionCommand,
];

const environment = `  GATEHOUSE_CONFIG          the configuration, where --config is not given
  GATEHOUSE_ADMIN_PASSWORD  for the first account, when \`serve\` makes it
  NO_COLOR                  no colours on a terminal
  and what the configuration names with { fromEnv }`;

const exitCodeLines = Object.values(exitCodes).map(({ code, meaning }) => `  ${code}  ${meaning}`);
