/**
 * `gatehouse absences …`: people whom a connector's upstream does not know any more, and whether that counts.
 *
 * The operator's side of the brake on absences. What is said here holds on all replicas, from the next question on.
 */
import { type Config, formatDuration, parseDuration } from '@gatehouse/config';
import { type OperatorsWord, rateWindow, type Store } from '@gatehouse/core';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { findAbsences, showAbsences } from './absences-report.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';
import { withStore } from './with-store.ts';

interface ShowOptions extends ConfigOption {
  readonly json?: boolean;
}

interface SpeakOptions extends ConfigOption {
  readonly for: string;
}

const week = 7 * 86_400;

export function addAbsencesCommands(program: Command, context: CommandContext): void {
  const absences = program
    .command('absences')
    .description(
      'people who are gone at their upstream, and whether that counts; also while the server runs',
    );
  const named = (name: string) => withConfigOption(absences.command(name).argument('<connector>', 'its id'));
  addShow(named('show'), context);
  addAgree(named('agree'), context);
  addHold(named('hold'), context);
  addRelease(named('release'), context);
}

function addShow(command: Command, context: CommandContext): void {
  command
    .description('show how many are gone, who they are, and whether absences count')
    .option('--json', 'for scripts')
    .action((id: string, options: ShowOptions) =>
      visit(id, options, context, async (store, entry) => {
        const found = await findAbsences(store.absenceBrakes, id);
        showAbsences(entry, found, options.json ?? false, context);
      }),
    );
  addExamples(command, [
    ['after the alert', 'absences show corp'],
    ['their names, for a script', "absences show corp --json | jq -r '.people[].username'"],
  ]);
}

function addAgree(command: Command, context: CommandContext): void {
  withDuration(command, '1h')
    .description('the absences are real: let them count for a while')
    .action((id: string, options: SpeakOptions) =>
      speak('agreed', id, options, context, 'Absences count, however many they are,'),
    );
  addExamples(command, [
    ['a department has left', 'absences agree corp'],
    ['and not everybody will be asked for within the hour', 'absences agree corp --for 1d'],
  ]);
}

function addHold(command: Command, context: CommandContext): void {
  withDuration(command, '4h')
    .description('absences do not count for a while, nor those of the last five minutes')
    .action((id: string, options: SpeakOptions) =>
      speak('held', id, options, context, 'Absences do not count'),
    );
  addExamples(command, [['before a directory is restored from a backup', 'absences hold corp --for 8h']]);
}

function addRelease(command: Command, context: CommandContext): void {
  command
    .description('take back what was agreed to or held: the rate alone decides again')
    .action((id: string, options: ConfigOption) => release(id, options, context));
  addExamples(command, [['the backup is restored', 'absences release corp']]);
}

function withDuration(command: Command, usual: string): Command {
  return command.option('--for <duration>', 'for how long, up to 7d', usual);
}

async function speak(
  kind: OperatorsWord['kind'],
  id: string,
  options: SpeakOptions,
  context: CommandContext,
  what: string,
): Promise<void> {
  const seconds = durationOf(options.for);
  const by = operatorOf(context.env);
  await visit(id, options, context, async ({ absenceBrakes }) => {
    await absenceBrakes.speak(id, { kind, by, seconds });
    if (kind === 'held') await absenceBrakes.takeBack(id, rateWindow);
  });
  context.terminal.print(
    `${what} for ${formatDuration(seconds)}. To end it sooner: gatehouse absences release ${id}`,
  );
}

async function release(id: string, options: ConfigOption, context: CommandContext): Promise<void> {
  await visit(id, options, context, async ({ absenceBrakes }) => {
    if (await absenceBrakes.release(id)) return;
    throw new CommandFailure('failed', `Nobody has agreed to or held the absences of "${id}".`, {
      advice: [`To see how it stands: gatehouse absences show ${id}`],
    });
  });
  context.terminal.print('From now on the rate of people gone decides.');
}

function visit<T>(
  id: string,
  options: ConfigOption,
  context: CommandContext,
  work: (store: Store, entry: Config['connectors'][number]) => Promise<T>,
): Promise<T> {
  return withStore(options, context, async (store, { connectors }) => {
    const entry = connectors.find((candidate) => candidate.id === id);
    if (entry !== undefined) return work(store, entry);
    throw new CommandFailure('usage', `There is no connector "${id}".`, {
      advice: [`The configuration has: ${connectors.map((each) => each.id).join(', ') || 'none'}`],
    });
  });
}

function durationOf(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== null && seconds > 0 && seconds <= week) return seconds;
  throw new CommandFailure(
    'usage',
    `--for must be a duration from 1s to 7d such as 30m or 4h, not "${text}".`,
  );
}

/** Who is at the keyboard, as far as the system says; in a container that is nobody. */
function operatorOf({ SUDO_USER, USER, LOGNAME }: NodeJS.ProcessEnv): string {
  return SUDO_USER || USER || LOGNAME || 'an operator';
}
