/** The end of a command's help: how it is used. */
import type { Command } from 'commander';

export type Example = readonly [what: string, commandLine: string];

export function addExamples(command: Command, examples: readonly Example[]): Command {
  return command.addHelpText('after', () => {
    const lines = examples.flatMap(([what, commandLine]) => [`  # ${what}`, `  gatehouse ${commandLine}`]);
    return ['', 'Examples:', ...lines].join('\n');
  });
}
