/** Finds the one entry that a typed name, or a stored id, stands for. */
import type { Trace } from '@gatehouse/connector-kit';
import type { LdapConfig } from './config.ts';
import { isWithin, sameDn } from './dn.ts';
import type { Entry } from './entry.ts';
import { misconfigured, unavailable } from './errors.ts';
import { allOf, anyOf, both, configuredFilter, equals, present } from './filters.ts';
import { personAttributes, type State } from './identity.ts';
import { inEachBase, searchFailure, searchFew, searchOrResult } from './search.ts';
import type { Searches } from './session.ts';
import type { SearchQuery } from './wire/connection.ts';
import { resultCode } from './wire/result-code.ts';

export async function findByName(
  searches: Searches,
  config: LdapConfig,
  username: string,
  trace: Trace,
): Promise<Entry | null> {
  const { username: attributes } = config.userSearch;
  const named = anyOf(attributes.map((attribute) => equals(attribute, username)));
  // People type their password into the name field: what was typed stays out of the trace.
  const shown = both(
    config.userSearch.filter,
    anyOf(attributes.map((attribute) => equals(attribute, '<typed>'))),
  );
  const query = { ...peopleQuery(config, named), shown: shown.toString() };
  const found = await inEachBase(config.userSearch.baseDn, (base) =>
    searchFew(searches, { ...query, base }, trace),
  );
  return onlyOne(found, 'the name that was typed');
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

/**
 * Throws `unavailable` unless other people can still be seen. A service account that lost its rights, a base that was
 * renamed and a replica without its data all look as if everybody had left.
 */
export async function proveThatOthersAreVisible(
  searches: Searches,
  config: LdapConfig,
  state: State,
  trace: Trace,
): Promise<void> {
  const { baseDn, scope, filter: configured, username } = config.userSearch;
  const named = both(configured, anyOf(username.map(present)));
  // With the id in the filter: who may no longer search by it finds nobody, too.
  const filter = state.idAttribute === 'DN' ? named : allOf([named, present(state.idAttribute)]);
  for (const base of baseDn) {
    const query: SearchQuery = { base, scope, filter, attributes: ['1.1'], sizeLimit: 2 };
    const { result, entries } = await searches.search(query);
    trace.step('ldap other people', { base, result: result.code, found: entries.length });
    const others = entries.filter((entry) => !sameDn(entry.dn, base));
    const complete = result.code === resultCode.success || result.code === resultCode.sizeLimitExceeded;
    if (complete && others.length > 0) return;
  }
  const bases = baseDn.map((base) => `"${base}"`).join(' or ');
  throw unavailable(`the person was not found, but nobody else can be seen below ${bases} either`);
}

function peopleQuery(
  config: LdapConfig,
  filter: ReturnType<typeof equals>,
  also: readonly string[] = [],
): Omit<SearchQuery, 'base'> {
  const { scope, filter: configured } = config.userSearch;
  const attributes = [...new Set([...personAttributes(config), ...also])];
  return { scope, filter: both(configured, filter), attributes };
}

function onlyOne(found: readonly Entry[], by: string): Entry | null {
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
