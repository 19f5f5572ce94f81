/** Reads a password from a person without echo, or from standard input; never from an argument, which `ps` shows. */
import { CommandFailure } from './failure.ts';
import { printable } from './table.ts';
import type { Terminal } from './terminal.ts';

const longest = 1024;

/** For a password that is set: typed twice at a terminal. @throws CommandFailure */
export async function readNewPassword(terminal: Terminal): Promise<string> {
  if (!terminal.interactive) return checked(await readPipe(terminal));
  const first = checked(await readHidden(terminal, 'New password: '));
  const second = await readHidden(terminal, 'The same again: ');
  if (first === second) return first;
  throw new CommandFailure('failed', 'The two passwords differ; nothing was changed.');
}

/** To sign in with: a name that is shown, a password that is not; from a pipe, one line each. @throws CommandFailure */
export async function readCredentials(
  terminal: Terminal,
  label: string,
): Promise<{ readonly username: string; readonly password: string }> {
  const [username = '', password = ''] = terminal.interactive
    ? [await readShown(terminal, `${label}: `), await readHidden(terminal, 'Password: ')]
    : await readLines(terminal);
  if (username.trim() === '') throw new CommandFailure('failed', 'No name was given.');
  // To many directories a bind without a password is an anonymous one, which succeeds (RFC 4513, section 5.1.2).
  return { username: username.trim(), password: checked(password) };
}

function checked(password: string): string {
  if (password === '') {
    throw new CommandFailure('failed', 'No password was given.', {
      advice: ['Type one at the prompt, or send it to standard input: … < password-file'],
    });
  }
  // bcrypt stops at 72 bytes, argon2id does not; the bound keeps a wrong file from being taken for a password.
  if (Buffer.byteLength(password) > longest) {
    throw new CommandFailure('failed', `A password has at most ${longest} bytes.`);
  }
  return password;
}

/** The first line, without its end. */
async function readPipe(terminal: Terminal): Promise<string> {
  return (await readLines(terminal, 1))[0] ?? '';
}

async function readLines(terminal: Terminal, wanted = 2): Promise<readonly string[]> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of terminal.stdin) {
    parts.push(Buffer.from(part));
    size += part.length;
    if (size > 2 * wanted * longest || linesIn(parts).length > wanted) break;
  }
  return linesIn(parts).slice(0, wanted);
}

function linesIn(parts: readonly Buffer[]): readonly string[] {
  return Buffer.concat(parts).toString('utf8').split(/\r?\n/);
}

function readHidden(terminal: Terminal, question: string): Promise<string> {
  return readTyped(terminal, question, () => {});
}

/** Also in raw mode, so that Ctrl-C ends the command and not the process, and what is open is closed. */
function readShown(terminal: Terminal, question: string): Promise<string> {
  return readTyped(terminal, question, (typed) => terminal.ask(`\r\u001b[K${question}${printable(typed)}`));
}

async function readTyped(
  terminal: Terminal,
  question: string,
  show: (typed: string) => void,
): Promise<string> {
  const { stdin } = terminal;
  terminal.ask(question);
  stdin.setRawMode?.(true);
  stdin.resume();
  try {
    return await typedLine(stdin, show);
  } finally {
    stdin.setRawMode?.(false);
    stdin.pause();
    terminal.error('');
  }
}

/** In raw mode the terminal does nothing for us: rubbing out and Ctrl-C are ours. */
function typedLine(stdin: Terminal['stdin'], show: (typed: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = (settle: () => void) => {
      stdin.removeListener('data', take).removeListener('end', ended);
      settle();
    };
    const ended = () => end(() => resolve(typed));
    const take = (chunk: Buffer | string) => {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n' || key === '\u0004') return end(() => resolve(typed));
        if (key === '\u0003') return end(() => reject(new CommandFailure('failed', 'Cancelled.')));
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('');
        else if (key === '\u0015') typed = '';
        else if (key >= ' ') typed += key;
      }
      show(typed);
    };
    stdin.on('data', take).once('end', ended);
  });
}
