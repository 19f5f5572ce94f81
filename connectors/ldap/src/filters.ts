/**
 * LDAP filters. What a person typed goes into a filter object and from there, length first, onto the wire: it is never
 * part of a filter's text, so there is nothing to escape and nothing to escape from.
 */
import {
  AndFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  OrFilter,
  PresenceFilter,
} from 'ldapts';

export function equals(attribute: string, value: string | Buffer): Filter {
  return new EqualityFilter({ attribute, value });
}

/** Active Directory: who is named there, or by an entry that is named there, and so on (MS-ADTS 3.1.1.3.4.4.3). */
export function equalsInChain(attribute: string, dn: string): Filter {
  return new ExtensibleFilter({ matchType: attribute, rule: '1.2.840.113556.1.4.1941', value: dn });
}

export function present(attribute: string): Filter {
  return new PresenceFilter({ attribute });
}

export function anyOf(filters: readonly Filter[]): Filter {
  const [first, ...others] = filters;
  return first !== undefined && others.length === 0 ? first : new OrFilter({ filters: [...filters] });
}

export function allOf(filters: readonly Filter[]): Filter {
  return new AndFilter({ filters: [...filters] });
}

/** `configured` is the administrator's own filter, which the schema has checked. */
export function both(configured: string | undefined, filter: Filter): Filter {
  if (configured === undefined) return filter;
  return allOf([FilterParser.parseString(configured), filter]);
}

/** The administrator's filter alone; without one, every entry. */
export function configuredFilter(configured: string | undefined): Filter {
  return configured === undefined ? present('objectClass') : FilterParser.parseString(configured);
}

/** Why a filter's text cannot be used, or nothing. */
export function parseFilter(text: string): { readonly fault?: string } {
  // The parser forgives a missing last parenthesis, and reads \c3\a9 as two characters instead of one.
  if (text.split('(').length !== text.split(')').length) return { fault: 'the parentheses do not match' };
  if (/\\[89a-fA-F][0-9a-fA-F]/.test(text))
    return { fault: 'write characters beyond ASCII as they are, not as \\xx' };
  try {
    FilterParser.parseString(text);
    return {};
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}
