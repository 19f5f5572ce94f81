/** Where a command writes and what it may read: the process's streams, or a test's. */
import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };

export class Terminal {
  readonly stdin: Input;
  readonly #stdout: Output;
  readonly #stderr: Output;
  readonly colour: boolean;

  constructor(streams: { stdin: Input; stdout: Output; stderr: Output; env: NodeJS.ProcessEnv }) {
    this.stdin = streams.stdin;
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
    // https://no-color.org: any value that is not empty.
    this.colour =
      Boolean(streams.stdout.isTTY && streams.stderr.isTTY) &&
      !streams.env.NO_COLOR &&
      streams.env.TERM !== 'dumb';
  }

  /** What was asked for: scripts read it. */
  print(line: string): void {
    this.#stdout.write(`${line}\n`);
  }

  /** Everything said beside it. */
  error(line: string): void {
    this.#stderr.write(`${line}\n`);
  }

  /** A question that the answer follows on the same line. */
  ask(text: string): void {
    this.#stderr.write(text);
  }

  /** JSON leaves some control characters as they are, and people run with `--json`, too. */
  json(value: unknown): void {
    this.print(JSON.stringify(value, null, 2).replace(/[^\P{C}\n]/gu, escaped));
  }

  paint(style: Style, text: string): string {
    return this.colour ? styleText(style, text, { validateStream: false }) : text;
  }

  /** For text that is wrapped: long lines are hard to read, and a pipe has no width of its own. */
  get width(): number {
    const { isTTY, columns } = this.#stdout;
    return isTTY && columns ? Math.max(40, Math.min(columns, 110)) : 80;
  }

  get interactive(): boolean {
    return this.stdin.isTTY === true;
  }
}

/** As JSON writes it: for programs the same text. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
