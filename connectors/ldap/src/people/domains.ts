/** The domains of Active Directory that people name when they sign in: `CORP\jane`, `jane@corp.example.com`. */
import type { Call } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { dnsDomainOf, isWithin, sameDn } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { describe } from '../errors.ts';
import { allOf, equals, present } from '../filters.ts';
import { searchFailure } from '../search.ts';
import type { Searches } from '../session.ts';
import type { SearchAnswer } from '../wire/connection.ts';
import { resultCode } from '../wire/result-code.ts';

export interface Domain {
  readonly netbios: string;
  readonly dns: string | undefined;
  /** Its people are below this and no other domain. */
  readonly base: string;
}

/** Where a call reports to. */
export type Report = Pick<Call, 'log' | 'trace'>;

const KEPT = 60 * 60 * 1000;
const UNREADABLE_KEPT = 5 * 60 * 1000;

export class Domains {
  readonly #config: LdapConfig;
  readonly #now: () => Date;
  #known: { readonly domains: readonly Domain[]; readonly until: number } | undefined;
  #warned = false;

  constructor(config: LdapConfig, now: () => Date) {
    this.#config = config;
    this.#now = now;
  }

  /** Empty where there are none, or the directory does not show them: names are then looked up as they were typed. */
  async list(searches: Searches, report: Report): Promise<readonly Domain[]> {
    const { preset, userSearch } = this.#config;
    if (userSearch.netbiosDomains !== undefined) return configured(userSearch.netbiosDomains);
    if (preset !== 'active-directory') return [];
    const now = this.#now().getTime();
    if (this.#known === undefined || this.#known.until <= now) {
      const domains = await readDomains(searches);
      const readable = typeof domains !== 'string';
      if (readable) this.#warned = false;
      else this.#warn(domains, report);
      this.#known = {
        domains: readable ? domains : [],
        until: now + (readable ? KEPT : UNREADABLE_KEPT),
      };
    }
    return this.#known.domains;
  }

  #warn(reason: string, { log, trace }: Report): void {
    if (this.#warned) return;
    this.#warned = true;
    trace.step('ldap domains', { unreadable: reason });
    log.warn(
      { reason },
      'the domains of Active Directory cannot be read; names are looked up as they are typed',
    );
  }
}

export function domainNamed(domains: readonly Domain[], name: string): Domain | undefined {
  const wanted = name.toLowerCase();
  return domains.find(({ netbios, dns }) => netbios.toLowerCase() === wanted || dns === wanted);
}

/** A domain may be below another one, and is not part of it. */
export function belongsTo(dn: string, domain: Domain, domains: readonly Domain[]): boolean {
  const isInOther = domains.some(
    ({ base }) => isWithin(base, domain.base) && !sameDn(base, domain.base) && isWithin(dn, base),
  );
  return isWithin(dn, domain.base) && !isInOther;
}

function configured(netbiosDomains: Readonly<Record<string, string>>): readonly Domain[] {
  return Object.entries(netbiosDomains).map(([netbios, base]) => ({ netbios, base, dns: dnsDomainOf(base) }));
}

/** From the list of partitions that every domain controller has ([MS-ADTS] 6.1.1.2.1.1). Or why it cannot be read. */
async function readDomains(searches: Searches): Promise<readonly Domain[] | string> {
  const attribute = 'configurationNamingContext';
  const query = { scope: 'base', filter: present('objectClass'), attributes: [attribute] } as const;
  const root = await searches.search({ ...query, base: '' });
  const context = contentOf(root, '')?.[0]?.text(attribute);
  if (context === undefined) return `the root entry names no "${attribute}"`;
  const base = `CN=Partitions,${context}`;
  const partitions = await searches.search({
    base,
    scope: 'one',
    filter: allOf([equals('objectClass', 'crossRef'), present('nETBIOSName')]),
    attributes: ['nETBIOSName', 'nCName', 'dnsRoot'],
  });
  const entries = contentOf(partitions, base);
  if (entries === undefined) return `"${base}": ${describe(partitions.result)}`;
  const domains = entries.flatMap(domainOf);
  return domains.length === 0 ? `"${base}" shows no domain` : domains;
}

/** Undefined: not for this account. Throws where a later try may do better. */
function contentOf({ result, entries }: SearchAnswer, base: string): readonly Entry[] | undefined {
  switch (result.code) {
    case resultCode.success:
      return entries;
    case resultCode.noSuchObject:
    case resultCode.insufficientAccessRights:
    case resultCode.invalidDnSyntax:
    case resultCode.referral:
      return undefined;
    default:
      throw searchFailure(result, base);
  }
}

function domainOf(entry: Entry): readonly Domain[] {
  const [netbios, base] = [entry.text('nETBIOSName'), entry.text('nCName')];
  if (netbios === undefined || base === undefined) return [];
  return [{ netbios, base, dns: entry.text('dnsRoot')?.toLowerCase() ?? dnsDomainOf(base) }];
}
