/** Groups that name their members: `member: uid=jane,…`, `memberUid: jane`, `gidNumber: 1000`. */
import type { Trace } from '@gatehouse/connector-kit';
import type { GroupSearch } from '../config.ts';
import type { Entry } from '../entry.ts';
import { both, equals } from '../filters.ts';
import { inEachBase, searchAll } from '../search.ts';
import type { Searches } from '../session.ts';
import { type Found, FoundGroups } from './found-groups.ts';
import type { Group } from './group.ts';
import { followLevels, inBatches } from './levels.ts';

export async function groupsByMember(
  searches: Searches,
  person: Entry,
  search: GroupSearch,
  trace: Trace,
): Promise<readonly Group[]> {
  const found = new FoundGroups();
  const holding = async (
    attribute: string,
    value: string | Buffer,
    how: string,
  ): Promise<readonly Found[]> => {
    const entries = await inEachBase(search.baseDn, (base) =>
      searchAll(searches, { ...groupQuery(search, attribute, value), base }, trace),
    );
    return entries.map((entry) => ({ entry, how }));
  };

  for (const { userAttribute, groupAttribute, recursionGroupAttribute } of search.userMatchers) {
    const own = await inBatches(valuesOf(person, userAttribute), (value) =>
      holding(groupAttribute, value, `member of it (${groupAttribute})`),
    );
    const direct = found.add(own);
    if (recursionGroupAttribute === undefined) continue;
    await followLevels(direct, search.maxDepth, async (level) =>
      found.add(
        await inBatches(level, ({ dn }) =>
          holding(recursionGroupAttribute, dn, `contains ${dn} (${recursionGroupAttribute})`),
        ),
      ),
    );
  }
  return found.named(search.nameAttribute);
}

function valuesOf(person: Entry, attribute: string): readonly (string | Buffer)[] {
  return attribute.toLowerCase() === 'dn' ? [person.dn] : person.bytes(attribute);
}

function groupQuery(search: GroupSearch, attribute: string, value: string | Buffer) {
  return {
    scope: search.scope,
    filter: both(search.filter, equals(attribute, value)),
    attributes: [search.nameAttribute],
    ignoreReferrals: search.ignoreReferrals,
  };
}
