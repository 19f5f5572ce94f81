/** A try with a name and a password, which are typed in the terminal: no browser and no server has to do with it. */
import type { Identity, Json, PasswordLogin } from '@gatehouse/connector-kit';
import { brokerErrorOf } from '@gatehouse/core';
import { CommandFailure } from '../../failure.ts';
import { readCredentials } from '../../password.ts';
import type { Terminal } from '../../terminal.ts';
import type { AskedConnector } from '../connector-check/ask-upstream.ts';

export async function tryPassword(
  { open: { entry }, call }: AskedConnector,
  login: PasswordLogin<Json>,
  terminal: Terminal,
): Promise<{ readonly username: string; readonly identity: Identity<Json> }> {
  const typed = await readCredentials(terminal, login.usernameLabel);
  const identity = await login
    .verify(typed, call())
    .catch((error: unknown) => Promise.reject(brokerErrorOf(error, entry.id)));
  if (identity !== null) return { username: typed.username, identity };
  throw new CommandFailure('check', 'The upstream does not take that name and password.', {
    advice: [
      `What it knows of the name, without the password: gatehouse connector check ${entry.id} --user <name>`,
    ],
  });
}
