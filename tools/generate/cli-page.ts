/** `docs/operations/cli.md`: every command, as its `--help` has it. */
import { PassThrough } from 'node:stream';
import { buildProgram, exampleLines, exitCodes, Terminal } from '@gatehouse/cli';
import { code, generatedNote, table } from './markdown.ts';

type Command = ReturnType<typeof buildProgram>;

export function cliPage(): string {
  const nowhere = new PassThrough();
  const terminal = new Terminal({ stdin: nowhere, stdout: nowhere, stderr: nowhere, env: {} });
  const program = buildProgram({ terminal, env: {}, cwd: '/', now: () => new Date(0) });
  const commands = program.commands.flatMap(leaves);
  const overview = table(
    ['command', 'what it does'],
    commands.map((command) => [`[${code(fullName(command))}](#${anchorOf(command)})`, command.description()]),
  );
  const codes = table(
    ['exit code', 'meaning'],
    Object.values(exitCodes).map(({ code: number, meaning }) => [String(number), meaning]),
  );
  return `${[generatedNote, introduction, overview, '## Exit codes', codes, ...commands.map(section)].join('\n\n')}\n`;
}

/** `gatehouse user` alone does nothing: its subcommands do. */
function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function section(command: Command): string {
  const examples = exampleLines(command);
  return [
    `## ${fullName(command)}`,
    `${code(`${fullName(command)} ${command.usage()}`)}: ${command.description()}.`,
    ...optionTable(command),
    ...(examples.length > 0 ? [['```sh', ...examples, '```'].join('\n')] : []),
  ].join('\n\n');
}

function optionTable(command: Command): readonly string[] {
  const rows = [
    ...command.registeredArguments.map((each) => [code(each.name()), withDefault(each)]),
    ...command.options.map((each) => [code(each.flags), withDefault(each)]),
  ];
  return rows.length > 0 ? [table(['argument or option', 'meaning'], rows)] : [];
}

function withDefault({ description, defaultValue }: { description: string; defaultValue?: unknown }): string {
  return defaultValue === undefined ? description : `${description} (default: ${code(String(defaultValue))})`;
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function anchorOf(command: Command): string {
  return fullName(command).replaceAll(' ', '-');
}

const introduction = `# The command line

In a checkout, \`gatehouse\` stands for \`npm run -s gatehouse --\`: what it prints on standard output is nothing but the answer, so it can be piped. Notes, progress and errors go to standard error. \`--help\` works after every command.

- **Colours** appear on a terminal only, and never when \`NO_COLOR\` is set.
- **Passwords** are asked for without showing them, or read from standard input; they are never arguments, which every user of the machine can see.
- **The database** may be in use: \`user\`, \`keys\` and \`absences\` work beside a running server. With an embedded database they start it for the moment when no server runs.`;
