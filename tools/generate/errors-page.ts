/** `docs/errors.md`: every way in which the broker says no, from the error table. */
import type { ErrorEntry } from '@gatehouse/core';
import { anchor, code, generatedNote, table } from './markdown.ts';

export function errorsPage(errors: Readonly<Record<string, ErrorEntry>>): string {
  const entries = Object.entries(errors);
  const overview = table(
    ['code', 'status', 'what the person reads'],
    entries.map(([name, { status, sentence }]) => [
      `[${code(name)}](${anchor(name)})`,
      String(status),
      sentence,
    ]),
  );
  const details = entries.map(([name, entry]) => detail(name, entry));
  return `${[generatedNote, introduction, overview, ...details].join('\n\n')}\n`;
}

function detail(name: string, { status, sentence, level, operator }: ErrorEntry): string {
  return [
    `## ${code(name)}`,
    `> ${sentence}`,
    `Status ${status}, logged as ${code(level)}.`,
    `**What the operator should do.** ${operator}`,
  ].join('\n\n');
}

const introduction = `# Errors

The page that a person sees has one sentence, what to do, and a request id. The log has a line with the same id (\`requestId\`), the \`code\` from this page, the connector, and the chain of causes. What an upstream said is in the log only.`;
