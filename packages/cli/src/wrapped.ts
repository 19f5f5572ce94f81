/** Text beside a label, wrapped so that its lines stand under each other. What comes from outside is made harmless. */
import { stripVTControlCharacters } from 'node:util';
import { printable } from './table.ts';
import type { Style, Terminal } from './terminal.ts';

/** Less than this is not worth a column. */
const narrowest = 24;

/** `lead` is ours and may have colours; `text` may come from anywhere. */
export function printBeside(terminal: Terminal, lead: string, text: string, style?: Style): void {
  const indent = widthOf(lead);
  const room = terminal.width - indent;
  const paint = (line: string) => (style === undefined || line === '' ? line : terminal.paint(style, line));
  const lines = wrap(printable(text), room);
  const below = terminal.width - 6;
  if (room < narrowest || lines.some((line) => widthOf(line) > room && widthOf(line) <= below)) {
    terminal.print(lead.trimEnd());
    for (const line of wrap(printable(text), below)) terminal.print(`      ${paint(line)}`);
    return;
  }
  const [first = '', ...others] = lines;
  terminal.print(`${lead}${paint(first)}`.trimEnd());
  for (const line of others) terminal.print(`${' '.repeat(indent)}${paint(line)}`);
}

/** Between words; what has no blank in it, such as a DN, is never cut: it can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
