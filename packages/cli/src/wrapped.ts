/** Text beside a label, wrapped so that its lines stand under each other. What comes from outside is made harmless. */
import { stripVTControlCharacters } from 'node:util';
import { printable } from './table.ts';
import type { Style, Terminal } from './terminal.ts';

/** Less than this is not worth a column. */
const narrowest = 24;

/** `lead` is ours and may have colours; `text` may come from anywhere. */
export function printBeside(terminal: Terminal, lead: string, text: string, style?: Style): void {
  printLinesBeside(terminal, lead, [text], style);
}

/** Several texts, each on lines of its own: all of them beside the label, or all below it. */
export function printLinesBeside(
  terminal: Terminal,
  lead: string,
  texts: readonly string[],
  style?: Style,
): void {
  const indent = widthOf(lead);
  const room = terminal.width - indent;
  const paint = (line: string) => (style === undefined || line === '' ? line : terminal.paint(style, line));
  const wrapped = (width: number) => texts.flatMap((text) => wrap(printable(text), width));
  // Where one line cannot be told from the next text, it is not broken either.
  const units = texts.length > 1 ? texts : wrapped(room);
  const below = terminal.width - 6;
  if (room < narrowest || units.some((unit) => widthOf(unit) > room && widthOf(unit) <= below)) {
    terminal.print(lead.trimEnd());
    for (const line of wrapped(below)) terminal.print(`      ${paint(line)}`);
    return;
  }
  const [first = '', ...others] = wrapped(room);
  terminal.print(`${lead}${paint(first)}`.trimEnd());
  for (const line of others) terminal.print(`${' '.repeat(indent)}${paint(line)}`);
}

/** Between words; what has no blank in it, such as a DN, is never cut, nor is what is to be typed: it can be copied. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of wordsOf(text)) {
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

/** Longer than this, what stands between backticks may be cut after all. */
const longestCode = 40;

function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  for (const piece of text.split(' ')) {
    const last = words.at(-1);
    if (last !== undefined && isOpenCode(last)) words[words.length - 1] = `${last} ${piece}`;
    else words.push(piece);
  }
  return words;
}

function isOpenCode(word: string): boolean {
  return word.length < longestCode && word.split('`').length % 2 === 0;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
