/** Lists: columns for people, JSON for scripts. */
import type { Json } from '@gatehouse/connector-kit';
import type { Terminal } from './terminal.ts';

type Row = Readonly<Record<string, Json>>;

export interface Rows<T extends Row> {
  readonly rows: readonly T[];
  readonly json: boolean;
  /** What people see, in this order. */
  readonly columns: readonly (keyof T & string)[];
  /** What they read where there is nothing. */
  readonly none: string;
}

export function showRows<T extends Row>(terminal: Terminal, { rows, json, columns, none }: Rows<T>): void {
  if (json) terminal.json(rows);
  else if (rows.length === 0) terminal.error(none);
  else for (const line of table(columns, rows)) terminal.print(line);
}

function table<T extends Row>(columns: readonly (keyof T & string)[], rows: readonly T[]): readonly string[] {
  const head = columns.map((name) => name.replace(/[A-Z]/g, ' $&').toUpperCase());
  const all = [head, ...rows.map((row) => columns.map((name) => printable(cell(row[name]))))];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((text, index) => text.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cell(value: Json | undefined): string {
  if (Array.isArray(value)) return value.join(', ');
  return value === null || value === undefined ? '' : String(value).replace(isoTime, '$1 $2 UTC');
}

/** People do not read seconds; scripts get them. */
const isoTime = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z$/;

/** Names come from outside: control characters would let them draw on the operator's terminal (CWE-150). */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, '\u{FFFD}');
}
