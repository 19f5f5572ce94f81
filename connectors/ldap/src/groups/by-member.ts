/** Groups that name their members: `member: uid=jane,…`, `memberUid: jane`, `gidNumber: 1000`. */
import type { Trace } from '@gatehouse/connector-kit';
import type { GroupSearch } from '../config.ts';
import { isDnItself, isWithin } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';
import { both, equals, equalsInChain } from '../filters.ts';
import { inEachBase, searchAll } from '../search.ts';
import type { Searches } from '../session.ts';
import { inBatches } from './batches.ts';
import { type Found, FoundGroups } from './found-groups.ts';
import { type Group, nameAnd } from './group.ts';
import { type FindGroups, Upwards } from './nested.ts';
import { primaryGroup } from './primary-group.ts';

type Matcher = GroupSearch['userMatchers'][number];

export async function groupsByMember(
  searches: Searches,
  person: Entry,
  search: GroupSearch,
  trace: Trace,
): Promise<readonly Group[]> {
  const found = new FoundGroups();
  const find: FindGroups = async (filter, how) => {
    const entries = await inEachBase(search.baseDn, (base) =>
      searchAll(searches, { ...groupQuery(search), filter: both(search.filter, filter), base }, trace),
    );
    return entries.map((entry) => ({ entry, how }));
  };
  const upwards = new Upwards(find, search.maxDepth);
  for (const matcher of search.userMatchers) {
    const direct = await groupsHolding(person, matcher, find);
    found.add(direct);
    found.add(await upwards.groupsAbove(direct, matcher.recursionGroupAttribute));
  }
  if (!search.primaryGroup) return found.named(search.nameAttribute);

  const primary = await primaryGroupWithin(searches, person, search, trace);
  found.add(primary);
  for (const { groupAttribute, recursionGroupAttribute, inChain } of search.userMatchers) {
    found.add(await upwards.groupsAbove(primary, recursionGroupAttribute));
    if (!inChain) continue;
    found.add(await inBatches(primary, ({ entry }) => groupsInChain(entry.dn, groupAttribute, find)));
  }
  return found.named(search.nameAttribute);
}

function groupsHolding(person: Entry, matcher: Matcher, find: FindGroups): Promise<readonly Found[]> {
  const { userAttribute, groupAttribute, inChain } = matcher;
  const isDn = isDnItself(userAttribute);
  if (inChain) {
    const names = isDn ? [person.dn] : person.texts(userAttribute);
    return inBatches(names, (name) => groupsInChain(name, groupAttribute, find));
  }
  const values: readonly (string | Buffer)[] = isDn ? [person.dn] : person.bytes(userAttribute);
  return inBatches(values, (value) =>
    find(equals(groupAttribute, value), `member of it (${groupAttribute})`),
  );
}

/**
 * A directory that does not know the rule says "nothing" instead of an error (RFC 4511, section 4.5.1.7). Whoever is a
 * member of a group is one in the chain, too: so a group without the rule and none with it tells.
 */
async function groupsInChain(dn: string, attribute: string, find: FindGroups): Promise<readonly Found[]> {
  const groups = await find(
    equalsInChain(attribute, dn),
    `contains ${dn}, or a group that does (${attribute}, in chain)`,
  );
  if (groups.length > 0) return groups;
  const [direct] = await find(equals(attribute, dn), `member of it (${attribute})`);
  if (direct === undefined) return [];
  throw misconfigured(
    `the directory does not follow \`inChain\`, a rule of Active Directory: ${dn} is in ${direct.entry.dn}`,
  );
}

async function primaryGroupWithin(
  searches: Searches,
  person: Entry,
  search: GroupSearch,
  trace: Trace,
): Promise<readonly Found[]> {
  const { filter } = search;
  const { attributes } = groupQuery(search);
  const groups = await primaryGroup(searches, person, { filter, attributes }, trace);
  return groups.filter(({ entry }) => search.baseDn.some((base) => isWithin(entry.dn, base)));
}

function groupQuery({ scope, nameAttribute, ignoreReferrals }: GroupSearch) {
  return { scope, attributes: nameAnd(nameAttribute), ignoreReferrals };
}
