/** Why somebody is not in a group that is there: not a member, named in another attribute, or nested. */
import type { Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { isDnItself, sameDn } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { anyOf, equals } from '../filters.ts';
import { inEachBase, searchOrResult } from '../search.ts';
import type { Searches } from '../session.ts';
import type { GroupWay } from './group-way.ts';

export interface Question {
  readonly config: LdapConfig;
  readonly way: GroupWay;
  readonly roots: readonly string[];
  readonly person: Entry;
  readonly group: Entry;
}

const deepest = 16;
const mostGroups = 500;
/** Active Directory: a group without this bit is for mail alone, and gives no rights (MS-ADTS 2.2.12). */
const securityBit = 0x80000000;

/** Sentences; at least one. */
export async function whyNotIn(
  searches: Searches,
  question: Question,
  trace: Trace,
): Promise<readonly string[]> {
  const { way, group, person } = question;
  if (way.option === 'tokenGroups' && isForMail(group)) {
    return ['It is a distribution group; `tokenGroups` has security groups only.'];
  }
  const attribute = await namedIn(searches, question, trace);
  if (attribute !== undefined) return [adviseDirect(question, attribute)];
  const path = await pathTo(searches, question, trace);
  if (path !== undefined) return [adviseNested(question, path)];
  return [`${person.dn} is not a member of it, nor of a group inside it.`];
}

function isForMail(group: Entry): boolean {
  const type = Number(group.text('groupType') ?? securityBit);
  return (type & securityBit) === 0;
}

/** The directory compares: the members of a large group stay where they are. */
async function namedIn(
  searches: Searches,
  { config, person, group }: Question,
  trace: Trace,
): Promise<string | undefined> {
  for (const { userAttribute, groupAttribute } of matchersOf(config)) {
    const values = isDnItself(userAttribute) ? [person.dn] : person.bytes(userAttribute);
    if (values.length === 0) continue;
    const filter = anyOf(values.map((value) => equals(groupAttribute, value)));
    const query = { base: group.dn, scope: 'base', filter, attributes: ['1.1'] } as const;
    if ((await searchOrResult(searches, query, trace)).entries.length > 0) return groupAttribute;
  }
  return undefined;
}

function matchersOf({ groupSearch }: LdapConfig) {
  return [
    ...(groupSearch?.userMatchers ?? []),
    { userAttribute: 'DN', groupAttribute: 'member' },
    { userAttribute: 'DN', groupAttribute: 'uniqueMember' },
    { userAttribute: 'uid', groupAttribute: 'memberUid' },
  ];
}

function adviseDirect({ way, config }: Question, attribute: string): string {
  const named = `It names the person in "${attribute}"`;
  if (way.option === 'memberOf') {
    return `${named}, but their "${config.memberOf?.attribute}" does not name it: the directory fills that in only for changes since it was switched on, or the account may not read it. \`groupSearch\` asks the groups instead.`;
  }
  if (way.option === 'tokenGroups')
    return `${named}, but the directory does not count it among their groups.`;
  const person = attribute.toLowerCase() === 'memberuid' ? 'uid' : 'DN';
  return `${named}: add \`{ userAttribute: ${person}, groupAttribute: ${attribute} }\` to \`groupSearch.userMatchers\`.`;
}

/** The groups between the person and this one, the person's own first. */
async function pathTo(
  searches: Searches,
  { person, group, roots }: Question,
  trace: Trace,
): Promise<readonly string[] | undefined> {
  const above = new Map<string, readonly string[]>([[person.dn.toLowerCase(), []]]);
  let level: readonly string[] = [person.dn];
  for (let depth = 0; depth < deepest && level.length > 0 && above.size < mostGroups; depth += 1) {
    const next: string[] = [];
    for (const dn of level) {
      const path = above.get(dn.toLowerCase()) ?? [];
      for (const parent of await holders(searches, roots, dn, trace)) {
        const key = parent.dn.toLowerCase();
        if (above.has(key)) continue;
        above.set(key, [...path, parent.dn]);
        next.push(parent.dn);
      }
    }
    const reached = next.find((dn) => sameDn(dn, group.dn));
    if (reached !== undefined) return above.get(reached.toLowerCase())?.slice(0, -1);
    level = next;
  }
  return undefined;
}

function holders(
  searches: Searches,
  roots: readonly string[],
  dn: string,
  trace: Trace,
): Promise<readonly Entry[]> {
  const filter = anyOf([equals('member', dn), equals('uniqueMember', dn)]);
  const query = { scope: 'sub', filter, attributes: ['1.1'] } as const;
  return inEachBase(
    roots,
    async (base) => (await searchOrResult(searches, { ...query, base }, trace)).entries,
  );
}

function adviseNested({ way, config }: Question, path: readonly string[]): string {
  const inside = `The person is in it through ${path.join(', in ')}`;
  if (way.option === 'memberOf') return `${inside}: \`memberOf.nested: true\` follows that.`;
  if (way.option === 'tokenGroups')
    return `${inside}, and the directory does not count it among their groups.`;
  const follows = config.groupSearch?.userMatchers.some(
    (matcher) => matcher.recursionGroupAttribute || matcher.inChain,
  );
  return follows
    ? `${inside}, and one of these is not found where \`groupSearch\` looks.`
    : `${inside}: \`recursionGroupAttribute: member\` in \`groupSearch.userMatchers\` follows groups in groups.`;
}
