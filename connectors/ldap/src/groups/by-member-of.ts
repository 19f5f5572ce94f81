/**
 * Groups that the entry of the person names: `memberOf: cn=admins,…`. Each is read by its DN, which every directory finds
 * at once: there is no filter for "one of these DNs" that all of them know.
 */
import type { Trace } from '@gatehouse/connector-kit';
import type { MemberOf } from '../config.ts';
import { isWithin } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { configuredFilter } from '../filters.ts';
import { searchFailure, searchOrResult } from '../search.ts';
import type { Searches } from '../session.ts';
import { resultCode } from '../wire/result-code.ts';
import { inBatches } from './batches.ts';
import { type Found, FoundGroups, refuseTooMany } from './found-groups.ts';
import { type Group, nameAnd } from './group.ts';
import { followLevels } from './nested.ts';
import { primaryGroup } from './primary-group.ts';

export async function groupsByMemberOf(
  searches: Searches,
  person: Entry,
  config: MemberOf,
  trace: Trace,
): Promise<readonly Group[]> {
  const found = new FoundGroups();
  const asked = new Set<string>();
  const counts = ({ dn }: Named) => {
    const key = dn.toLowerCase();
    return isInBase(dn, config) && !asked.has(key) && asked.add(key) !== undefined;
  };
  const read = async (named: readonly Named[]) => {
    const fresh = named.filter(counts);
    refuseTooMany(asked.size);
    return found.add(await inBatches(fresh, (group) => readGroup(searches, group, config, trace)));
  };

  const { attribute } = config;
  let direct = await read(namedBy(person, attribute, `named by ${attribute}`));
  if (config.primaryGroup) {
    const attributes = groupAttributes(config);
    const primary = await primaryGroup(searches, person, { filter: config.filter, attributes }, trace);
    direct = [...direct, ...found.add(primary.filter(({ entry }) => isInBase(entry.dn, config)))];
  }
  if (config.nested) {
    await followLevels(direct, config.maxDepth, (level) =>
      read(level.flatMap((group) => namedBy(group, attribute, `named by ${attribute} of ${group.dn}`))),
    );
  }
  return found.named(config.nameAttribute);
}

interface Named {
  readonly dn: string;
  readonly how: string;
}

function namedBy(entry: Entry, attribute: string, how: string): readonly Named[] {
  return entry.texts(attribute).map((dn) => ({ dn, how }));
}

function isInBase(dn: string, { baseDn }: MemberOf): boolean {
  return baseDn === undefined || baseDn.some((base) => isWithin(dn, base));
}

/** Empty where `filter` leaves the group out. A group that cannot be read is an error: it may be the one that matters. */
async function readGroup(
  searches: Searches,
  { dn, how }: Named,
  config: MemberOf,
  trace: Trace,
): Promise<readonly Found[]> {
  const filter = configuredFilter(config.filter);
  const query = { base: dn, scope: 'base', filter, attributes: groupAttributes(config) } as const;
  const { result, entries } = await searchOrResult(searches, query, trace);
  if (result.code === resultCode.noSuchObject) {
    throw unavailable(`"${config.attribute}" names the group ${dn}, which does not exist or may not be seen`);
  }
  if (result.code === resultCode.referral) {
    throw misconfigured(
      `"${config.attribute}" names the group ${dn}, which is on another server: \`memberOf.baseDn\` can leave it out`,
    );
  }
  if (result.code !== resultCode.success) throw searchFailure(result, dn);
  return entries.map((entry) => ({ entry, how }));
}

function groupAttributes({ nameAttribute, attribute, nested }: MemberOf): readonly string[] {
  return nested ? nameAnd(nameAttribute, attribute) : nameAnd(nameAttribute);
}
