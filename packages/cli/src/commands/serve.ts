/** `gatehouse serve`. */
import type { Command } from 'commander';
import { loadConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { showWarnings } from './config.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';

export function addServeCommand(program: Command, context: CommandContext): void {
  const command = withConfigOption(
    program.command('serve').description('run the server until SIGTERM or Ctrl-C'),
  ).action(async (options: ConfigOption) => {
    const loaded = await loadConfiguration(options, context);
    showWarnings(loaded, context.terminal);
    const { serve } = await import('../serve.ts');
    const code = await serve(loaded, context);
    if (code !== 0)
      throw new CommandFailure('failed', 'The server ended because of an error; the log has it.');
  });
  addExamples(command, [
    ['try it on this computer', 'serve --config config/simple.yaml'],
    ['with the file that GATEHOUSE_CONFIG names', 'serve'],
  ]);
}
