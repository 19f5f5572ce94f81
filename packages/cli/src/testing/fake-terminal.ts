/** A terminal whose two outputs can be read, with a person or a pipe at the keyboard. */
import { PassThrough } from 'node:stream';
import { Terminal } from '../terminal.ts';

export interface FakeTerminal {
  readonly terminal: Terminal;
  readonly stdin: PassThrough & { isTTY?: boolean; setRawMode?: (raw: boolean) => void };
  stdout(): string;
  stderr(): string;
  /** Whether the keyboard is in raw mode, where nothing that is typed is shown. */
  raw(): boolean;
}

export interface FakeTerminalOptions {
  readonly tty?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  /** What a pipe brings. */
  readonly input?: string;
  readonly columns?: number;
}

export function fakeTerminal({
  tty = false,
  env = {},
  input,
  columns,
}: FakeTerminalOptions = {}): FakeTerminal {
  let raw = false;
  const stdin = Object.assign(new PassThrough(), {
    isTTY: tty,
    setRawMode: (on: boolean) => {
      raw = on;
    },
  });
  if (input !== undefined) stdin.end(input);
  const outputs = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof outputs) => {
    const out = Object.assign(new PassThrough(), { isTTY: tty, ...(columns && { columns }) });
    out.setEncoding('utf8').on('data', (part: string) => {
      outputs[name] += part;
    });
    return out;
  };
  return {
    terminal: new Terminal({ stdin, stdout: stream('stdout'), stderr: stream('stderr'), env }),
    stdin,
    stdout: () => outputs.stdout,
    stderr: () => outputs.stderr,
    raw: () => raw,
  };
}
