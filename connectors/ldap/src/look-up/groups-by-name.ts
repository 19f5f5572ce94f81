/** Groups by name: whether they are there, whether a sign-in would find them, and why somebody is not in them. */
import type { FoundGroup, LookedUpGroup, Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { isDn, isDnItself, sameDn } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { both, configuredFilter, equals } from '../filters.ts';
import type { Group } from '../groups/group.ts';
import { inEachBase, searchFew } from '../search.ts';
import type { Searches } from '../session.ts';
import { type GroupWay, groupWayOf } from './group-way.ts';
import { whyNotIn } from './why-not-in.ts';

export interface Asked {
  readonly config: LdapConfig;
  /** Everything that the directory holds. */
  readonly roots: readonly string[];
  readonly person: Entry | undefined;
  /** The groups of the person. */
  readonly memberships: readonly Group[];
}

export async function lookUpGroups(
  searches: Searches,
  asked: Asked,
  names: readonly string[],
  trace: Trace,
): Promise<readonly LookedUpGroup[]> {
  const groups: LookedUpGroup[] = [];
  for (const name of names) groups.push({ asked: name, found: await find(searches, asked, name, trace) });
  return groups;
}

async function find(
  searches: Searches,
  asked: Asked,
  name: string,
  trace: Trace,
): Promise<readonly FoundGroup[]> {
  const way = groupWayOf(asked.config, asked.roots);
  const { entries, counts, remark } = await whereIs(searches, way, asked.roots, name, trace);
  const found: FoundGroup[] = [];
  for (const entry of entries) {
    const own = nameOf(entry, way);
    const why = counts ? await reasons(searches, asked, way, entry, trace) : [remark];
    const spelling = own === name || isDn(name) ? [] : [spelledOtherwise(own, name, way)];
    found.push({ name: own, entry: entry.dn, counts, remarks: [...spelling, ...why] });
  }
  return found;
}

interface Place {
  readonly entries: readonly Entry[];
  readonly counts: boolean;
  /** Why it does not count. */
  readonly remark: string;
}

/** First where a sign-in looks, then a little beside. */
async function whereIs(
  searches: Searches,
  way: GroupWay,
  roots: readonly string[],
  name: string,
  trace: Trace,
): Promise<Place> {
  const { option, bases, filter, scope } = way;
  const few = (within: readonly string[], kind: 'one' | 'sub', wanted: string | undefined) =>
    byName(searches, way, { bases: within, scope: kind, filter: wanted, name }, trace);

  const counting = await few(bases, scope, filter);
  if (counting.length > 0) return { entries: counting, counts: true, remark: '' };
  const unfiltered = filter === undefined ? [] : await few(bases, scope, undefined);
  if (unfiltered.length > 0) {
    const remark = `\`${option}.filter\` leaves it out: ${filter}`;
    return { entries: unfiltered, counts: false, remark };
  }
  const outside = await few(roots, 'sub', undefined);
  const below = bases.join(' or ');
  const remark = `It is not where \`${option}\` looks: ${scope === 'one' ? 'one level ' : ''}below ${below}.`;
  return { entries: outside, counts: false, remark };
}

interface Wanted {
  readonly bases: readonly string[];
  readonly scope: 'one' | 'sub';
  readonly filter: string | undefined;
  readonly name: string;
}

/** By the attribute that names groups; by `cn` where nothing has that; by DN for whoever asks with one. */
async function byName(
  searches: Searches,
  way: GroupWay,
  { bases, scope, filter, name }: Wanted,
  trace: Trace,
): Promise<readonly Entry[]> {
  const attributes = [
    'objectClass',
    'cn',
    'groupType',
    ...(isDnItself(way.nameAttribute) ? [] : [way.nameAttribute]),
  ];
  if (isDn(name)) {
    const query = { base: name, scope: 'base', filter: configuredFilter(filter), attributes } as const;
    return searchFew(searches, query, trace).catch(() => []);
  }
  const naming = [...new Set([...(isDnItself(way.nameAttribute) ? [] : [way.nameAttribute]), 'cn'])];
  for (const attribute of naming) {
    const query = { scope, filter: both(filter, equals(attribute, name)), attributes };
    const found = await inEachBase(bases, (base) => searchFew(searches, { ...query, base }, trace));
    const groups = filter === undefined ? found.filter(isGroup) : found;
    if (groups.length > 0) return groups;
  }
  return [];
}

/** Without the filter of the configuration, a person may have that `cn` too. */
function isGroup(entry: Entry): boolean {
  return entry.texts('objectClass').some((name) => /group|role/i.test(name));
}

function nameOf(entry: Entry, way: GroupWay): string {
  return isDnItself(way.nameAttribute)
    ? entry.dn
    : (entry.text(way.nameAttribute) ?? entry.text('cn') ?? entry.dn);
}

function spelledOtherwise(own: string, name: string, { option, nameAttribute }: GroupWay): string {
  if (own.toLowerCase() === name.toLowerCase()) {
    return `The directory writes it "${own}": case counts in rules and in role bindings.`;
  }
  return `Its name is "${own}": \`${option}.nameAttribute\` is ${nameAttribute}.`;
}

async function reasons(
  searches: Searches,
  asked: Asked,
  way: GroupWay,
  entry: Entry,
  trace: Trace,
): Promise<readonly string[]> {
  const { config, person, memberships, roots } = asked;
  if (person === undefined || memberships.some(({ dn }) => sameDn(dn, entry.dn))) return [];
  return whyNotIn(searches, { config, way, roots, person, group: entry }, trace);
}
