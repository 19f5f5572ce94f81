/** `gatehouse config …`: what is wrong with a configuration, what it means, and what may stand in one. */
import { configJsonSchema, type Loaded, renderConfig, renderProblems } from '@gatehouse/config';
import type { Command } from 'commander';
import { builtInDefinitions, loadConfiguration, noAccounts } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import type { Terminal } from '../terminal.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';

export function addConfigCommands(program: Command, context: CommandContext): void {
  const config = program.command('config').description('check, show and describe configurations');
  const { terminal } = context;
  addExamples(
    withConfigOption(config.command('check'))
      .description('list every problem with its line; warnings do not fail')
      .action(async (options: ConfigOption) => {
        const loaded = await loadConfiguration(options, context);
        showWarnings(loaded, terminal);
        terminal.print(`${loaded.file}: ${terminal.paint('green', 'good')}`);
      }),
    [['before a restart', 'config check --config /etc/gatehouse/gatehouse.yaml']],
  );
  addExamples(
    withConfigOption(config.command('show'))
      .description('print what the server would run with: defaults filled in, secrets hidden')
      .action(async (options: ConfigOption) =>
        terminal.print(renderConfig(await loadConfiguration(options, context)).trimEnd()),
      ),
    [['which default applies', 'config show | grep -A9 tokens']],
  );
  addExamples(
    withConfigOption(config.command('schema'))
      .description('print the JSON Schema, for editors; with --config, the connectors of its plugins too')
      .action(async (options: ConfigOption) =>
        terminal.json(configJsonSchema(await definitionsFor(options, context))),
      ),
    [
      ['for an editor', 'config schema > gatehouse.schema.json'],
      [
        'with the plugins of a configuration',
        'config schema --config gatehouse.yaml > gatehouse.schema.json',
      ],
    ],
  );
}

/** A schema helps to write the first configuration, so none is needed to print it. */
async function definitionsFor(options: ConfigOption, context: CommandContext) {
  if (options.config === undefined) return builtInDefinitions({ accounts: noAccounts, issuer: '' });
  return (await loadConfiguration(options, context)).definitions;
}

export function showWarnings({ file, warnings }: Loaded, terminal: Terminal): void {
  if (warnings.length > 0)
    terminal.error(terminal.paint('yellow', renderProblems(file, warnings, 'warning')));
}
