/** Finds the one entry that a typed name, or a stored id, stands for. */
import type { Trace } from '@gatehouse/connector-kit';
import { statusAttributes } from '../account/account-state.ts';
import type { LdapConfig } from '../config.ts';
import { isWithin } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { misconfigured, unavailable } from '../errors.ts';
import { anyOf, both, configuredFilter, equals } from '../filters.ts';
import { inEachBase, searchFailure, searchFew, searchOrResult } from '../search.ts';
import type { Searches } from '../session.ts';
import type { SearchQuery } from '../wire/connection.ts';
import { resultCode } from '../wire/result-code.ts';
import { belongsTo, type Domains, type Report } from './domains.ts';
import { personAttributes, personId, type State, stateOf } from './identity.ts';
import { mayBeShared, type PersonId } from './ids.ts';
import { mayNameDomain, type Reading, readingsOf } from './typed-name.ts';

/** Whom to find, and what names stand for. */
export interface People {
  readonly config: LdapConfig;
  readonly domains: Domains;
}

/**
 * The person whom a typed name stands for. Several are nobody: the log has their names, and whoever typed sees a wrong
 * password, since "there are two of you" would tell a guesser that there is one.
 */
export async function findByName(
  searches: Searches,
  { config, domains }: People,
  username: string,
  report: Report,
): Promise<Entry | null> {
  const found = await everybodyByName(searches, { config, domains }, username, report);
  if (found.length < 2) return onlyOne(found, 'the name that was typed');
  const people = found.map((entry) => entry.dn);
  report.trace.step('ldap name of several', { people });
  report.log.error({ people }, 'a typed name stands for several people, and signs nobody in');
  return null;
}

/** All whom a typed name stands for; the bases may lie inside each other, and a name may be read in two ways. */
export async function everybodyByName(
  searches: Searches,
  { config, domains }: People,
  username: string,
  report: Report,
): Promise<readonly Entry[]> {
  const known = mayNameDomain(username) ? await domains.list(searches, report) : [];
  const found = new Map<string, Entry>();
  for (const reading of readingsOf(username, config, known)) {
    const entries = await inEachBase(reading.bases, (base) =>
      searchFew(searches, { ...queryOf(reading, config), base }, report.trace),
    );
    const { domain } = reading;
    for (const entry of entries) {
      if (domain === undefined || belongsTo(entry.dn, domain, known))
        found.set(entry.dn.toLowerCase(), entry);
    }
  }
  return [...found.values()];
}

function queryOf({ attributes, value }: Reading, config: LdapConfig) {
  const named = (text: string) => anyOf(attributes.map((attribute) => equals(attribute, text)));
  // People type their password into the name field: what was typed stays out of the trace.
  const shown = both(config.userSearch.filter, named('<typed>')).toString();
  return { ...peopleQuery(config, named(value)), shown };
}

/** By the id, never by the name: the name may have been given to somebody else since. */
export async function findById(
  searches: Searches,
  config: LdapConfig,
  state: State,
  trace: Trace,
): Promise<Entry | null> {
  if (state.idAttribute === 'DN') return findByDn(searches, config, state, trace);
  const same = equals(state.idAttribute, Buffer.from(state.id, 'base64'));
  const query = peopleQuery(config, same, [state.idAttribute]);
  const found = await inEachBase(config.userSearch.baseDn, (base) =>
    searchFew(searches, { ...query, base }, trace),
  );
  return onlyOne(found, `the id in "${state.idAttribute}"`);
}

/**
 * The id of somebody who signs in.
 *
 * Attack: where the id is an attribute that people may change (`mail`), or that is unique in one unit only (`uid`),
 * somebody takes that of another, signs in with their own name and password, and is the other one to every application.
 *
 * @throws ConnectorError `misconfigured` where another entry has it too
 */
export async function idOfOne(
  searches: Searches,
  person: Entry,
  config: LdapConfig,
  trace: Trace,
): Promise<PersonId> {
  const id = personId(person, config);
  if (mayBeShared(id)) await findById(searches, config, stateOf(id), trace);
  return id;
}

async function findByDn(
  searches: Searches,
  config: LdapConfig,
  state: State,
  trace: Trace,
): Promise<Entry | null> {
  const base = Buffer.from(state.id, 'base64').toString('utf8');
  if (!config.userSearch.baseDn.some((within) => isWithin(base, within))) return null;
  const query = {
    ...peopleQuery(config, configuredFilter(config.userSearch.filter)),
    base,
    scope: 'base' as const,
  };
  const { result, entries } = await searchOrResult(searches, query, trace);
  if (result.code === resultCode.noSuchObject) return null;
  if (result.code !== resultCode.success) throw searchFailure(result, base);
  return onlyOne(entries, 'the DN');
}

export function peopleQuery(
  config: LdapConfig,
  filter: ReturnType<typeof equals>,
  also: readonly string[] = [],
): Omit<SearchQuery, 'base'> {
  const { scope, filter: configured } = config.userSearch;
  const attributes = [...new Set([...personAttributes(config), ...statusAttributes, ...also])];
  return { scope, filter: both(configured, filter), attributes };
}

export function onlyOne(found: readonly Entry[], by: string): Entry | null {
  const [first, second] = found;
  if (first === undefined) return null;
  if (second !== undefined) {
    const names = found.map((entry) => entry.dn);
    throw misconfigured(`${by} stands for several entries, and may for one only: ${names.join(' | ')}`);
  }
  // A bind with an empty DN is anonymous, and succeeds with any password.
  if (first.dn === '') throw unavailable('the directory answered with an entry that has no name');
  return first;
}
