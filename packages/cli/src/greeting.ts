/** What the server says to the person who started it. */
import type { Config } from '@gatehouse/config';
import type { FirstUser } from './first-user.ts';
import type { Terminal } from './terminal.ts';

/** Said at once when the account is made: whatever fails later, the password has been seen. */
export function showFirstUser({ email, password }: FirstUser, { issuer }: Config, terminal: Terminal): void {
  if (password === undefined) return;
  const lines = [
    'The first account was made. Its password is shown only this once:',
    '',
    `  address   ${issuer}/`,
    `  name      ${email}`,
    `  password  ${password}`,
    '',
    `Lost it?  npm run -s gatehouse -- user password ${email}`,
  ];
  for (const line of framed(lines)) terminal.error(line);
}

export function showAddress({ issuer, listen }: Config, terminal: Terminal): void {
  const open = terminal.paint('bold', `${issuer}/`);
  terminal.error(`${terminal.paint('green', 'Gatehouse is ready.')} Open ${open}   (Ctrl-C stops it)`);
  if (!issuer.includes(`:${listen.port}`)) {
    terminal.error(
      `It listens on ${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}.`,
    );
  }
}

function framed(lines: readonly string[]): readonly string[] {
  const width = Math.max(...lines.map((line) => line.length));
  const bar = '─'.repeat(width + 4);
  return ['', `┌${bar}┐`, ...lines.map((line) => `│  ${line.padEnd(width)}  │`), `└${bar}┘`, ''];
}
