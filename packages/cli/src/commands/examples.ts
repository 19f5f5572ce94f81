/** The end of a command's help: how it is used. The page docs/operations/cli.md is made from the same. */
import type { Command } from 'commander';

export type Example = readonly [what: string, commandLine: string];

const known = new WeakMap<Command, readonly Example[]>();

export function addExamples(command: Command, examples: readonly Example[]): Command {
  known.set(command, examples);
  return command.addHelpText('after', `\nExamples:\n${exampleLines(command, '  ').join('\n')}`);
}

export function exampleLines(command: Command, indent = ''): readonly string[] {
  const examples = known.get(command) ?? [];
  return examples.flatMap(([what, line]) => [`${indent}# ${what}`, `${indent}gatehouse ${line}`]);
}
