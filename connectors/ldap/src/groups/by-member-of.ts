/** Groups that the entry of the person names: `memberOf: cn=admins,…`. */
import type { Trace } from '@gatehouse/connector-kit';
import type { MemberOf } from '../config.ts';
import type { Entry } from '../entry.ts';
import { unavailable } from '../errors.ts';
import { configuredFilter } from '../filters.ts';
import { searchFailure, searchOrResult } from '../search.ts';
import type { Searches } from '../session.ts';
import { resultCode } from '../wire/result-code.ts';
import { FoundGroups } from './found-groups.ts';
import type { Group } from './group.ts';
import { followLevels, inBatches } from './levels.ts';

export async function groupsByMemberOf(
  searches: Searches,
  person: Entry,
  config: MemberOf,
  trace: Trace,
): Promise<readonly Group[]> {
  const found = new FoundGroups();
  const asked = new Set<string>();
  const namedBy = async (entries: readonly Entry[], how: string) => {
    const names = entries.flatMap((entry) => entry.texts(config.attribute));
    const fresh = names.filter((dn) => !asked.has(dn.toLowerCase()) && asked.add(dn.toLowerCase()));
    const groups = await inBatches(fresh, (dn) => readGroup(searches, dn, config, trace));
    return found.add(groups.map((entry) => ({ entry, how })));
  };

  const direct = await namedBy([person], `named by ${config.attribute}`);
  if (config.nested) {
    await followLevels(direct, config.maxDepth, (level) =>
      namedBy(level, `named by ${config.attribute} of a group`),
    );
  }
  return found.named(config.nameAttribute);
}

/** Empty where `filter` leaves the group out. A group that cannot be read is an error: it may be the one that matters. */
async function readGroup(
  searches: Searches,
  dn: string,
  config: MemberOf,
  trace: Trace,
): Promise<readonly Entry[]> {
  const attributes = config.nested ? [config.nameAttribute, config.attribute] : [config.nameAttribute];
  const query = { base: dn, scope: 'base', filter: configuredFilter(config.filter), attributes } as const;
  const { result, entries } = await searchOrResult(searches, query, trace);
  if (result.code === resultCode.noSuchObject) {
    throw unavailable(`"${config.attribute}" names the group ${dn}, which does not exist or may not be seen`);
  }
  if (result.code !== resultCode.success) throw searchFailure(result, dn);
  return entries;
}
