/** `gatehouse version`. */
import type { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { CommandContext } from '../context.ts';
import { addExamples } from './examples.ts';

export const version = manifest.version;

export function addVersionCommand(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('version')
    .description('print the version of Gatehouse and of what it runs on')
    .option('--json', 'for scripts')
    .action(({ json }: { json?: boolean }) => {
      const facts = { gatehouse: version, node: process.versions.node, openssl: process.versions.openssl };
      if (json) terminal.json(facts);
      else for (const [name, value] of Object.entries(facts)) terminal.print(`${name.padEnd(10)}${value}`);
    });
  addExamples(command, [['for a bug report', 'version --json']]);
}
