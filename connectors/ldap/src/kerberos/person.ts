/** Whom a principal stands for. */
import type { Kerberos, LdapConfig } from '../config.ts';
import { dnsDomainOf, isWithin, sameDn } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { equals } from '../filters.ts';
import type { Report } from '../people/domains.ts';
import { onlyOne, peopleQuery } from '../people/find-person.ts';
import { inEachBase, searchFew } from '../search.ts';
import type { Searches } from '../session.ts';
import type { Principal } from './principal.ts';

/** Null: nobody here. @throws ConnectorError `misconfigured` where several have the same name */
export async function findByPrincipal(
  searches: Searches,
  config: LdapConfig,
  kerberos: Kerberos,
  principal: Principal,
  report: Report,
): Promise<Entry | null> {
  const { attribute, holds } = kerberos.person;
  const value = holds === 'name' ? principal.name : `${principal.name}@${principal.realm}`;
  const query = peopleQuery(config, equals(attribute, value), [attribute]);
  const entries = await inEachBase(config.userSearch.baseDn, (base) =>
    searchFew(searches, { ...query, base }, report.trace),
  );
  const found = new Map<string, Entry>();
  for (const entry of entries) {
    const same = entry.texts(attribute).some((text) => isSame(text, value, config));
    if (same && isPlaceOf(entry.dn, principal, kerberos)) found.set(entry.dn.toLowerCase(), entry);
  }
  return onlyOne([...found.values()], `the principal ${principal.name}@${principal.realm}`);
}

/**
 * Attack: `JANE`, `jane ` or `jané` is another principal than `jane`, and the same value to a directory that folds
 * case, spaces and accents. To Active Directory itself upper and lower case are one.
 */
function isSame(text: string, value: string, { preset }: LdapConfig): boolean {
  if (preset !== 'active-directory') return text === value;
  return text.toLowerCase() === value.toLowerCase();
}

/** A whole principal tells realms apart by itself; of a name alone, the place of its entry has to. */
function isPlaceOf(dn: string, { realm }: Principal, { person, realms }: Kerberos): boolean {
  if (person.holds === 'name') return realmOf(dn, realms) === realm;
  return isWithin(dn, realms[realm] ?? '');
}

/**
 * The realm whose base is nearest above an entry.
 *
 * Attack: somebody with the same name in a child domain, which lies below the base of its parent.
 */
function realmOf(dn: string, realms: Kerberos['realms']): string | undefined {
  const above = Object.entries(realms).filter(([, base]) => isWithin(dn, base));
  const nearest = above.find(([, base]) =>
    above.every(([, other]) => sameDn(base, other) || isWithin(base, other)),
  );
  if (nearest === undefined) return undefined;
  const [realm, base] = nearest;
  // What has more `DC=` at its end is another domain, though nobody has listed it.
  return dnsDomainOf(dn) === dnsDomainOf(base) ? realm : undefined;
}
