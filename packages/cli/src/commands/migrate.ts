/** `gatehouse migrate`: before an upgrade, or where the server's own role may not change tables. */
import type { Command } from 'commander';
import { loadConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { commandLog } from './command-log.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';

export function addMigrateCommand(program: Command, context: CommandContext): void {
  const command = withConfigOption(
    program
      .command('migrate')
      .description('bring the database up to this version; safe to run twice and at once'),
  ).action((options: ConfigOption) => migrateNow(options, context));
  addExamples(command, [['before starting a new version', 'migrate --config /etc/gatehouse/gatehouse.yaml']]);
}

async function migrateNow(options: ConfigOption, context: CommandContext): Promise<void> {
  const { terminal } = context;
  const { config } = await loadConfiguration(options, context);
  const { runDatabase } = await import('../database.ts');
  const { migrateDatabase } = await import('../open-storage.ts');
  const progress = (line: string) => terminal.error(line);
  const database = await runDatabase(config.database, progress);
  try {
    const applied = await migrateDatabase(database, { log: commandLog(terminal), progress });
    const count = applied.length === 1 ? '1 migration' : `${applied.length} migrations`;
    terminal.print(applied.length === 0 ? 'The database is up to date.' : `${count} applied.`);
  } finally {
    await database.stop();
  }
}
