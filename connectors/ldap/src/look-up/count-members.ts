/** How many members a group has itself, as an answer to "is anybody in it". */
import type { FoundGroup, LookedUpGroup } from '@gatehouse/connector-kit';
import { noReport } from '../check/no-report.ts';
import type { Directory } from '../directory.ts';
import { present } from '../filters.ts';
import { wholeEntries } from '../ranges.ts';

const memberAttributes = ['member', 'uniqueMember', 'memberUid'];

/** How many members each has itself; left out where they cannot be counted. */
export async function countMembers(
  directory: Directory,
  groups: readonly LookedUpGroup[],
  signal: AbortSignal,
): Promise<readonly LookedUpGroup[]> {
  const counted: LookedUpGroup[] = [];
  for (const group of groups) {
    const found: FoundGroup[] = [];
    for (const each of group.found) {
      const members = await membersOf(directory, each.entry ?? '', signal).catch(() => undefined);
      found.push(members === undefined ? each : { ...each, members });
    }
    counted.push({ ...group, found });
  }
  return counted;
}

function membersOf(directory: Directory, dn: string, signal: AbortSignal): Promise<number> {
  return directory.use(signal, async (session) => {
    const query = {
      base: dn,
      scope: 'base',
      filter: present('objectClass'),
      attributes: memberAttributes,
    } as const;
    const { entries } = await session.search(query);
    const [whole] = await wholeEntries(session, entries, memberAttributes, noReport.trace);
    return memberAttributes.reduce((sum, name) => sum + (whole?.bytes(name).length ?? 0), 0);
  });
}
