/** `--config`, the same for every command that needs a configuration. */
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';

export interface ConfigOption {
  readonly config?: string;
}

const fallback = 'config/simple.yaml';

export function withConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    `the configuration (default: $GATEHOUSE_CONFIG, else ${fallback})`,
  );
}

/**
 * Relative to where the command was typed. npm moves to the folder of package.json first and leaves the other in
 * INIT_CWD: a file that is only there is meant, too.
 */
export function configPath({ config }: ConfigOption, { env, cwd }: CommandContext): string {
  const wanted = config ?? (env.GATEHOUSE_CONFIG || fallback);
  const here = resolve(cwd, wanted);
  const typed = resolve(env.INIT_CWD || cwd, wanted);
  return shortest(!existsSync(here) && existsSync(typed) ? typed : here);
}

/** Messages begin with it. */
function shortest(path: string): string {
  const fromHere = relative('', path);
  return fromHere.startsWith('..') ? path : fromHere;
}
