/** What the service account sees of the directory: the root entry, people, groups. */
import type { Check } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { configuredFilter, present } from '../filters.ts';
import { identityOf, personAttributes, personId } from '../identity.ts';
import { searchFailure } from '../search.ts';
import type { LdapConnection, SearchQuery } from '../wire/connection.ts';
import { resultCode } from '../wire/result-code.ts';
import { attempt, type Finding } from './attempt.ts';

const SAMPLE = 100;

export function checkRootEntry(connection: LdapConnection): Promise<Check> {
  const attributes = ['vendorName', 'vendorVersion', 'namingContexts', 'supportedControl'];
  const query = { base: '', scope: 'base', filter: present('objectClass'), attributes } as const;
  return attempt(
    'root entry',
    async () => {
      const { entries } = await sample(connection, query);
      const root = entries[0];
      const contexts = root?.texts('namingContexts') ?? [];
      const paging = root?.texts('supportedControl').includes('1.2.840.113556.1.4.319') ?? false;
      const vendor = root?.text('vendorName') ?? 'a directory that does not name its vendor';
      return {
        detail: `${vendor}; holds ${contexts.join(', ') || 'nothing that it names'}`,
        facts: { contexts, paging },
      };
    },
    () => 'Gatehouse works without it. If the next lines are good, nothing is wrong.',
  );
}

export function checkPeople(connection: LdapConnection, config: LdapConfig): Promise<Check> {
  const { baseDn, scope, filter } = config.userSearch;
  const query = {
    base: baseDn,
    scope,
    filter: configuredFilter(filter),
    attributes: personAttributes(config),
  };
  return attempt(
    'people',
    async () => {
      const { entries, more } = await sample(connection, query);
      const faults = faultsOf(entries, config);
      const usable = entries.length - faults.length;
      return {
        ok: usable > 0,
        detail: `${count(entries, more)} below ${baseDn}, ${usable} of them with all that a sign-in needs`,
        facts: { found: entries.length, more, usable, faults: faults.slice(0, 5) },
        ...advicePeople(entries, usable, faults),
      };
    },
    () => `Check \`userSearch.baseDn\`, and that the service account may read below it.`,
  );
}

function advicePeople(
  entries: readonly Entry[],
  usable: number,
  faults: readonly string[],
): Partial<Finding> {
  if (entries.length === 0)
    return { advice: 'Nobody is there: check `userSearch.filter` and the rights of the account.' };
  if (usable === 0) return { advice: `Correct \`attributes\`: ${faults[0]}` };
  return faults.length > 0
    ? { advice: `Some entries cannot sign in; \`userSearch.filter\` can leave them out.` }
    : {};
}

function faultsOf(entries: readonly Entry[], config: LdapConfig): readonly string[] {
  return entries.flatMap((entry) => {
    try {
      identityOf(entry, personId(entry, config), [], config);
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  });
}

export function checkGroups(connection: LdapConnection, config: LdapConfig): Promise<Check> {
  const { groupSearch, memberOf } = config;
  if (groupSearch !== undefined) {
    const { baseDn, scope, filter, nameAttribute } = groupSearch;
    const query = { base: baseDn, scope, filter: configuredFilter(filter), attributes: [nameAttribute] };
    return attempt(
      'groups',
      async () => {
        const { entries, more } = await sample(connection, query);
        const named = entries.filter(
          (entry) => entry.dn !== baseDn && entry.text(nameAttribute) !== undefined,
        );
        const finding = { detail: `${count(named, more)} below ${baseDn} have a "${nameAttribute}"` };
        if (named.length > 0) return finding;
        return {
          ...finding,
          ok: false,
          advice: 'Check `groupSearch.filter`, `nameAttribute`, and the rights of the account.',
        };
      },
      () => `Check \`groupSearch.baseDn\`, and that the service account may read below it.`,
    );
  }
  if (memberOf !== undefined) return checkMemberOf(connection, config, memberOf.attribute);
  return attempt('groups', async () => ({ detail: 'not configured: nobody has groups' }), String);
}

function checkMemberOf(connection: LdapConnection, config: LdapConfig, attribute: string): Promise<Check> {
  const { baseDn, scope, filter } = config.userSearch;
  const query = { base: baseDn, scope, filter: configuredFilter(filter), attributes: [attribute] };
  return attempt(
    'groups',
    async () => {
      const { entries, more } = await sample(connection, query);
      const members = entries.filter((entry) => entry.bytes(attribute).length > 0);
      const detail = `${members.length} of ${count(entries, more)} have a "${attribute}"`;
      if (members.length > 0) return { detail };
      return {
        detail,
        ok: false,
        advice: `The directory may not keep "${attribute}", or the account may not read it.`,
      };
    },
    () => `Check that the service account may read "${attribute}".`,
  );
}

/** Some entries are enough here, and the size limit is expected. */
async function sample(
  connection: LdapConnection,
  query: SearchQuery,
): Promise<{ entries: readonly Entry[]; more: boolean }> {
  const { result, entries } = await connection.search({ ...query, sizeLimit: SAMPLE });
  const more = result.code === resultCode.sizeLimitExceeded;
  if (!more && result.code !== resultCode.success) throw searchFailure(result, query.base);
  return { entries, more };
}

function count(entries: readonly Entry[], more: boolean): string {
  return more ? `the first ${entries.length}` : `${entries.length} entries`;
}
