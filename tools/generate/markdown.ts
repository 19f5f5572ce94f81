/** The little Markdown that the generated pages need. */

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s*\n\s*/g, ' ');
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** The anchor that GitHub makes from a heading. */
export function anchor(heading: string): string {
  const words = heading.toLowerCase().replace(/[^a-z0-9 _-]/g, '');
  return `#${words.replaceAll(' ', '-')}`;
}

export const generatedNote = '<!-- Made by `npm run generate`. Do not edit. -->';
