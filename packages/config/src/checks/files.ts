/** Files that the server will want to read are there. */
import { resolve } from 'node:path';
import type { Legible } from '../schema/legible.ts';
import { type ReadFile, whyUnreadable } from '../source/file.ts';
import { quote } from '../source/problem.ts';
import type { Report } from '../source/report.ts';

export async function checkFiles(
  { branding, connectors, listen, outgoing }: Legible,
  folder: string,
  readFile: ReadFile,
  report: Report,
): Promise<void> {
  const named: readonly (readonly [readonly (string | number)[], string | undefined])[] = [
    [['listen', 'tls', 'cert'], listen.tls?.cert],
    [['listen', 'tls', 'key'], listen.tls?.key],
    [['outgoing', 'ca'], outgoing.ca],
    [['branding', 'logo'], branding.logo],
    [['branding', 'css'], branding.css],
    ...connectors.map((entry, index) => [['connectors', index, 'mark'], entry?.mark] as const),
  ];
  for (const [path, name] of named) {
    if (name === undefined) continue;
    const file = resolve(folder, name);
    const fault = await whyUnreadable(readFile, file);
    if (fault) report.problem(path, `the file ${quote(file)} ${fault}`);
  }
}
