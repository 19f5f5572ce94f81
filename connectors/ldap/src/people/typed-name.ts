/** What a typed name may stand for: `jane`, `jane@example.com`, `CORP\jane`. Pure. */
import type { LdapConfig } from '../config.ts';
import { isWithin } from '../dn.ts';
import { type Domain, domainNamed } from './domains.ts';

/** One way to read a typed name: a value of one of these attributes, perhaps within one domain. */
export interface Reading {
  readonly attributes: readonly string[];
  readonly value: string;
  readonly bases: readonly string[];
  readonly domain?: Domain;
}

/** Whether the domains of the directory have a say in it. */
export function mayNameDomain(typed: string): boolean {
  return /[\\@]/.test(typed);
}

/**
 * A name with an unknown domain is read as it stands, and costs what any name costs. Active Directory also lets everybody
 * in under account, "@" and the DNS name of their domain, whatever their `userPrincipalName` says: whoever may type that
 * attribute may type this form too ([MS-ADTS] 5.1.1.1.1).
 */
export function readingsOf(
  typed: string,
  config: LdapConfig,
  domains: readonly Domain[],
): readonly Reading[] {
  const { username: attributes, baseDn } = config.userSearch;
  const asTyped = { attributes, value: typed, bases: baseDn };
  const [, before, account] = /^([^\\]+)\\(.+)$/s.exec(typed) ?? [];
  if (before !== undefined && account !== undefined) {
    return [inDomain(account, accountAttributes(config), domainNamed(domains, before), config) ?? asTyped];
  }
  const [, local, suffix] = /^(.+)@([^@]+)$/s.exec(typed) ?? [];
  if (local === undefined || suffix === undefined || !takesPrincipalNames(config)) return [asTyped];
  const domain = domains.find(({ dns }) => dns === suffix.toLowerCase());
  const implicit = inDomain(local, ['sAMAccountName'], domain, config);
  return implicit === undefined ? [asTyped] : [asTyped, implicit];
}

function inDomain(
  value: string,
  attributes: readonly string[],
  domain: Domain | undefined,
  { userSearch }: LdapConfig,
): Reading | undefined {
  if (domain === undefined) return undefined;
  const bases = userSearch.baseDn.flatMap((base) => {
    if (isWithin(base, domain.base)) return [base];
    // One level below a base that is above the domain, there is nobody of it.
    return userSearch.scope === 'sub' && isWithin(domain.base, base) ? [domain.base] : [];
  });
  return bases.length === 0 ? undefined : { attributes, value, bases, domain };
}

/** In front of a domain's name stands the account name, and neither an address nor another attribute. */
function accountAttributes({ userSearch: { username } }: LdapConfig): readonly string[] {
  const account = username.filter((name) => name.toLowerCase() === 'samaccountname');
  return account.length > 0 ? account : username;
}

function takesPrincipalNames({ preset, userSearch }: LdapConfig): boolean {
  return (
    preset === 'active-directory' &&
    userSearch.username.some((name) => name.toLowerCase() === 'userprincipalname')
  );
}
