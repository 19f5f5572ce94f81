/** docs/groups-and-rules.md shows what becomes of four groups: the table is what the rules of its example do. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mapGroups } from '@gatehouse/core';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { filterOf } from '../../packages/core/src/identity/groups.ts';
import { root } from './imports.ts';

const page = readFileSync(join(root, 'docs/groups-and-rules.md'), 'utf8');
const example = parse(/^```yaml gatehouse:connectors\n([\s\S]*?)^```/m.exec(page)?.[1] ?? '');
const [kubernetes, argo] = example.clients;
const mapping = example.connectors[0].rules.groups;

/** Each step is the mapping without those that come later. */
const columns = [
  (group: string) => group,
  (group: string) => mapped(group, { rename: mapping.rename }),
  (group: string) => mapped(group, { rename: mapping.rename, include: mapping.include }),
  (group: string) => mapped(group, { ...mapping, prefix: undefined }),
  (group: string) => mapped(group, mapping),
  (group: string) => seen(mapped(group, mapping), kubernetes.groups),
  (group: string) => seen(mapped(group, mapping), argo.groups),
];

it('the table of the page about groups is what its example does', () => {
  const rows = [...page.matchAll(/^\| `.*\|$/gm)].map(([line]) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.replaceAll('`', '').trim()),
  );
  expect(rows).toHaveLength(4);
  for (const row of rows) expect(columns.map((column) => column(row[0] ?? ''))).toEqual(row);
});

function mapped(group: string, rules: Parameters<typeof mapGroups>[1]): string {
  const written = Object.entries(rules ?? {}).filter(([, value]) => value !== undefined);
  return mapGroups([group], Object.fromEntries(written)).groups[0] ?? '';
}

function seen(group: string, filter: Parameters<typeof filterOf>[0] = {}): string {
  return group !== '' && filterOf(filter)(group) ? group : '';
}
