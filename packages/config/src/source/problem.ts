/** What is wrong with a configuration, all of it at once, and how that is written down for a person. */

export type Path = readonly (string | number)[];

export interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  /** Absent where there is no place in the file: it cannot be read, or the matter is outside of it. */
  readonly position?: Position;
  readonly path: Path;
  readonly message: string;
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(renderProblems(file, problems, 'problem'));
    this.file = file;
    this.problems = problems;
  }
}

/** More would scroll away what comes first. */
const shownProblems = 100;

/** `gatehouse.yaml: 2 problems`, then a line each: position, path and sentence in columns. */
export function renderProblems(
  file: string,
  problems: readonly Problem[],
  word: 'problem' | 'warning',
): string {
  const shown = problems.slice(0, shownProblems);
  const rows = shown.map((problem) => [renderPosition(problem), renderPath(problem.path), problem.message]);
  const positionWidth = widest(rows, 0);
  const pathWidth = widest(rows, 1);
  const lines = rows.map(([position = '', path = '', message = '']) =>
    [column(position, positionWidth), column(path, pathWidth), message].join(''),
  );
  const more = problems.length - shown.length;
  const all = more > 0 ? [...lines, `and ${more} more`] : lines;
  const count = `${problems.length} ${word}${problems.length === 1 ? '' : 's'}`;
  return [`${file}: ${count}`, ...all.map((line) => `  ${line}`)].join('\n');
}

/** `connectors[0].config.orgs[0].name`; a key that is not a plain word is quoted. */
export function renderPath(path: Path): string {
  return path.reduce<string>((text, part) => text + renderStep(part, text === ''), '');
}

function renderStep(part: string | number, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`;
  if (!/^[\w$-]{1,80}$/.test(part)) return `[${JSON.stringify(shorten(part))}]`;
  return first ? part : `.${part}`;
}

/** A name out of the file, made fit for a line of a terminal. */
export function quote(name: string): string {
  return JSON.stringify(shorten(name));
}

function shorten(text: string): string {
  const printable = text.replace(/\p{C}/gu, '\u{FFFD}');
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable;
}

function renderPosition({ position }: Problem): string {
  return position ? `${position.line}:${position.column}` : '';
}

function widest(rows: readonly (readonly string[])[], index: number): number {
  return Math.max(0, ...rows.map((row) => row[index]?.length ?? 0));
}

function column(text: string, width: number): string {
  return width === 0 ? '' : `${text.padEnd(width)}   `;
}
