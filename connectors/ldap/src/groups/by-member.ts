/** Groups that name their members: `member: uid=jane,…`, `memberUid: jane`, `gidNumber: 1000`. */
import type { Trace } from '@gatehouse/connector-kit';
import type { GroupSearch } from '../config.ts';
import type { Entry } from '../entry.ts';
import { both, equals } from '../filters.ts';
import { inEachBase, searchAll } from '../search.ts';
import type { Searches } from '../session.ts';
import { FoundGroups } from './found-groups.ts';
import { followLevels, inBatches } from './levels.ts';

export async function groupsByMember(
  searches: Searches,
  person: Entry,
  search: GroupSearch,
  trace: Trace,
): Promise<readonly string[]> {
  const found = new FoundGroups();
  const holding = (attribute: string, values: readonly (string | Buffer)[]) =>
    inBatches(values, (value) =>
      inEachBase(search.baseDn, (base) =>
        searchAll(searches, { ...groupQuery(search, attribute, value), base }, trace),
      ),
    );

  for (const { userAttribute, groupAttribute, recursionGroupAttribute } of search.userMatchers) {
    const direct = found.add(await holding(groupAttribute, valuesOf(person, userAttribute)));
    if (recursionGroupAttribute === undefined) continue;
    await followLevels(direct, search.maxDepth, async (level) =>
      found.add(
        await holding(
          recursionGroupAttribute,
          level.map((group) => group.dn),
        ),
      ),
    );
  }
  return found.names(search.nameAttribute);
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
