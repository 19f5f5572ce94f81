/** Why nobody is found by a name: who would be, if the configuration were a little different. */
import type { Call } from '@gatehouse/connector-kit';
import { readRootEntry } from '../check/root-entry.ts';
import type { Directory } from '../directory.ts';
import { isWithin } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { anyOf, equals } from '../filters.ts';
import { inEachBase, searchFew } from '../search.ts';
import type { Searches } from '../session.ts';
import type { SearchQuery } from '../wire/connection.ts';

/** What people call themselves elsewhere. */
const otherNames = ['uid', 'sAMAccountName', 'userPrincipalName', 'mail', 'cn', 'displayName'];

/** Sentences; at least one. */
export async function nearMisses(
  searches: Searches,
  directory: Directory,
  username: string,
  call: Call,
): Promise<readonly string[]> {
  const { userSearch } = directory.config;
  const roots = (await readRootEntry(searches)).contexts;
  const named = namedBy(userSearch.username, username);
  const inBases = (filter: SearchQuery['filter']) =>
    few(searches, userSearch.baseDn, { scope: userSearch.scope, filter }, call);
  const anywhere = (filter: SearchQuery['filter']) => few(searches, roots, { scope: 'sub', filter }, call);

  const filtered = await inBases(named);
  if (filtered.length > 0) {
    return [
      `${listed(filtered)} has this name, and \`userSearch.filter\` leaves it out: ${userSearch.filter ?? ''}`,
    ];
  }
  const outside = await anywhere(named);
  if (outside.length > 0) return [...outside.map((entry) => whereItIs(entry, directory.config))];
  const others = namedBy(otherNames, username);
  const nearby = await inBases(others);
  const byOther = nearby.length > 0 ? nearby : await anywhere(others);
  return [
    ...(await unknownDomain(searches, directory, username, call)),
    ...(byOther.length > 0
      ? byOther.map((entry) => byWhat(entry, username, directory.config))
      : [unknown(userSearch.username)]),
  ];
}

function namedBy(attributes: readonly string[], username: string): SearchQuery['filter'] {
  return anyOf(attributes.map((attribute) => equals(attribute, username)));
}

/** A hint that cannot be had is none: the search that mattered was good. */
async function few(
  searches: Searches,
  bases: readonly string[],
  query: Pick<SearchQuery, 'scope' | 'filter'>,
  { trace }: Call,
): Promise<readonly Entry[]> {
  const asked = { ...query, attributes: otherNames, shown: 'near misses' };
  return inEachBase(bases, (base) => searchFew(searches, { ...asked, base }, trace).catch(() => []));
}

function whereItIs({ dn }: Entry, { userSearch }: Directory['config']): string {
  const deeper = userSearch.baseDn.find((base) => isWithin(dn, base));
  if (deeper !== undefined) {
    return `${dn} has this name, deeper than one level below ${deeper}: \`userSearch.scope: sub\` finds it.`;
  }
  return `${dn} has this name, and is not below \`userSearch.baseDn\` (${userSearch.baseDn.join(', ')}).`;
}

function byWhat(entry: Entry, username: string, { userSearch }: Directory['config']): string {
  const wanted = username.toLowerCase();
  const attribute = otherNames.find((name) =>
    textsOf(entry, name).some((text) => text.toLowerCase() === wanted),
  );
  const typed = userSearch.username.join(' or ');
  return `${entry.dn} has it as ${attribute ?? 'another name'}; people type ${typed} here (\`userSearch.username\`).`;
}

function textsOf(entry: Entry, name: string): readonly string[] {
  try {
    return entry.texts(name);
  } catch {
    return [];
  }
}

async function unknownDomain(
  searches: Searches,
  { domains }: Directory,
  username: string,
  call: Call,
): Promise<readonly string[]> {
  const [, domain] = /^([^\\]+)\\/.exec(username) ?? [];
  if (domain === undefined) return [];
  const known = await domains.list(searches, call).catch(() => []);
  if (known.some(({ netbios, dns }) => [netbios.toLowerCase(), dns].includes(domain.toLowerCase())))
    return [];
  const names = known.map(({ netbios }) => netbios).join(', ') || 'none';
  return [`The domain "${domain}" is not known (known: ${names}); \`userSearch.netbiosDomains\` names them.`];
}

function unknown(attributes: readonly string[]): string {
  return `No entry that the service account can see has this ${attributes.join(' or ')}. Check the spelling, and the rights of the account.`;
}

function listed(entries: readonly Entry[]): string {
  return entries.map(({ dn }) => dn).join(' and ');
}
