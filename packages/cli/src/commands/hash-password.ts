/** `gatehouse hash-password`: for `users:` in a configuration file. */
import { hashPassword } from '@gatehouse/connector-local';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readNewPassword } from '../password.ts';
import { addExamples } from './examples.ts';

export function addHashPasswordCommand(program: Command, { terminal }: CommandContext): void {
  const command = program
    .command('hash-password')
    .description('read a password and print its hash, for `users:` in the configuration')
    .action(async () => terminal.print(await hashOfNewPassword(await readNewPassword(terminal))));
  addExamples(command, [
    ['asks for the password without showing it', 'hash-password'],
    ['from a file', 'hash-password < password.txt'],
  ]);
}

/** @throws CommandFailure when the password cannot be one */
export async function hashOfNewPassword(password: string): Promise<string> {
  return hashPassword(password).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error;
    throw new CommandFailure('failed', `This cannot be a password: ${error.message}.`);
  });
}
