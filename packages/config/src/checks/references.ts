/** Names are given once, and who is named exists. */

import type { Legible } from '../schema/legible.ts';
import { suggestion } from '../source/did-you-mean.ts';
import { type Path, quote, renderPath } from '../source/problem.ts';
import type { Report } from '../source/report.ts';

export function checkReferences({ connectors, clients }: Legible, report: Report): void {
  const connectorIds = ids(connectors);
  const clientIds = ids(clients);
  if (connectors.length === 0 && !report.hasProblemAt('connectors'))
    report.warning(['connectors'], 'there is none: nobody can sign in');
  checkUnique(connectors, 'connectors', report);
  checkUnique(clients, 'clients', report);
  for (const [index, client] of clients.entries()) {
    if (!client) continue;
    const path = ['clients', index] as const;
    checkKnown(client.connectors, connectorIds, 'connector', [...path, 'connectors'], report);
    checkKnown(client.trustedPeers, clientIds, 'client', [...path, 'trustedPeers'], report);
  }
}

type Entries = readonly ({ readonly id: string } | null)[];

function ids(entries: Entries): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => entry?.id ?? []));
}

function checkUnique(entries: Entries, section: string, report: Report): void {
  const first = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    if (!entry) continue;
    const before = first.get(entry.id);
    if (before === undefined) first.set(entry.id, index);
    else
      report.problem(
        [section, index, 'id'],
        `${quote(entry.id)} is the id of ${renderPath([section, before])} already`,
      );
  }
}

function checkKnown(
  names: readonly string[],
  known: ReadonlySet<string>,
  word: string,
  path: Path,
  report: Report,
): void {
  for (const [index, name] of names.entries()) {
    if (known.has(name)) continue;
    report.problem([...path, index], `there is no ${word} ${quote(name)}${suggestion(name, [...known])}`);
  }
}
