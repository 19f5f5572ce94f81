/**
 * Groups as Active Directory computes them for a log-on: `tokenGroups` has the identifier of every security group, nested
 * ones and the primary group included (MS-ADTS 3.1.1.4.5.19). One read; the names are then looked up in batches.
 */
import type { Trace } from '@gatehouse/connector-kit';
import type { Filter } from 'ldapts';
import type { TokenGroups } from '../config.ts';
import { domainSuffix } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { allOf, anyOf, both, equals, present } from '../filters.ts';
import { limits } from '../limits.ts';
import { searchAll } from '../search.ts';
import type { Searches } from '../session.ts';
import { domainOfSid, sidText } from '../sid.ts';
import { chunksOf, inBatches } from './batches.ts';
import { refuseTooMany } from './found-groups.ts';
import { type Group, nameAnd, nameOf } from './group.ts';

/** By `S-1-…`, as the directory holds them. */
type Sids = ReadonlyMap<string, Buffer>;
type Groups = ReadonlyMap<string, Entry>;
interface Where {
  readonly bases: readonly string[];
  readonly filter: Filter;
  readonly attributes: readonly string[];
}
type FindSids = (sids: Sids, where: Where) => Promise<Groups>;

const isGroup = equals('objectClass', 'group');

export async function groupsByToken(
  searches: Searches,
  person: Entry,
  config: TokenGroups,
  trace: Trace,
): Promise<readonly Group[]> {
  const { own, sids } = await readToken(searches, person, config.attribute, trace);
  const find: FindSids = (wanted, where) => findSids(searches, wanted, where, trace);
  const { baseDn: bases, filter, nameAttribute, attribute } = config;
  const named = await find(sids, {
    bases,
    filter: both(filter, isGroup),
    attributes: nameAnd(nameAttribute, 'objectSid'),
  });
  const others = without(sids, named);
  await proveThatTheyMayBeLeftOut(others, domainsOf([own, ...named.keys()]), bases, find);
  trace.step('ldap token groups', {
    person: person.dn,
    found: named.size,
    leftOut: [...others.keys()].slice(0, 50),
  });
  return [...named.values()].map((entry) => ({
    name: nameOf(entry, nameAttribute),
    dn: entry.dn,
    how: `in ${attribute}`,
  }));
}

async function readToken(
  searches: Searches,
  person: Entry,
  attribute: string,
  trace: Trace,
): Promise<{ own: string; sids: Sids }> {
  const query = { base: person.dn, scope: 'base', filter: present('objectClass') } as const;
  const attributes = [attribute, 'objectSid'];
  const [entry] = await searchAll(searches, { ...query, attributes, ignoreReferrals: false }, trace);
  if (entry === undefined) throw unavailable(`${person.dn} is not there any more, or may not be seen`);
  const [sid] = entry.bytes('objectSid');
  const sids = entry.bytes(attribute);
  // Everybody is in one group at least, the primary one.
  if (sid === undefined || sids.length === 0) {
    throw misconfigured(
      `${person.dn} has no "${attribute}" and "objectSid": it is no Active Directory, or the service account may not read them (the group "Windows Authorization Access Group" may)`,
    );
  }
  refuseTooMany(sids.length);
  return {
    own: sidText(sid, person.dn),
    sids: new Map(sids.map((bytes) => [sidText(bytes, person.dn), bytes])),
  };
}

/**
 * Groups that are missing because of `baseDn` or `filter` are where the administrator does not want them; those of other
 * domains, and those that every Windows machine has, are not below any base. One of this domain that is nowhere in it cannot be
 * read, and may be the one that matters.
 */
async function proveThatTheyMayBeLeftOut(
  others: Sids,
  domains: ReadonlySet<string | undefined>,
  bases: readonly string[],
  find: FindSids,
): Promise<void> {
  const ours = new Map([...others].filter(([sid]) => domains.has(domainOfSid(sid))));
  if (ours.size === 0) return;
  const whole = {
    bases: [...new Set(bases.map((base) => domainSuffix(base) ?? base))],
    filter: isGroup,
    attributes: ['objectSid'],
  };
  const unseen = [...without(ours, await find(ours, whole)).keys()];
  if (unseen.length === 0) return;
  throw unavailable(
    `the person is in ${unseen.length} groups that do not exist any more or that the service account may not see: ${unseen.slice(0, 10).join(', ')}`,
  );
}

/** In the order of the identifiers. */
async function findSids(
  searches: Searches,
  sids: Sids,
  { bases, filter, attributes }: Where,
  trace: Trace,
): Promise<Groups> {
  const questions = chunksOf([...sids.values()], limits.groupsPerSearch).flatMap((chunk) =>
    bases.map((base) => ({ base, chunk })),
  );
  const entries = await inBatches(questions, ({ base, chunk }) => {
    const named = anyOf(chunk.map((sid) => equals('objectSid', sid)));
    const query = { base, scope: 'sub', filter: allOf([filter, named]) } as const;
    // Whether all were found shows by itself, whatever is on other servers.
    return searchAll(searches, { ...query, attributes, ignoreReferrals: true }, trace);
  });
  const found = new Map(entries.map((entry) => [sidOf(entry), entry]));
  return new Map(
    [...sids.keys()].flatMap((sid) => {
      const entry = found.get(sid);
      return entry === undefined ? [] : [[sid, entry] as const];
    }),
  );
}

function sidOf(group: Entry): string {
  const [sid] = group.bytes('objectSid');
  if (sid === undefined) throw unavailable(`${group.dn} was found by its "objectSid", and does not have one`);
  return sidText(sid, group.dn);
}

function without(sids: Sids, found: Groups): Sids {
  return new Map([...sids].filter(([sid]) => !found.has(sid)));
}

function domainsOf(sids: readonly string[]): ReadonlySet<string | undefined> {
  return new Set(sids.map(domainOfSid).filter((domain) => domain !== undefined));
}
