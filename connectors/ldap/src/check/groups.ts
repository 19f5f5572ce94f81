/** Whether groups are found, in the way that is configured. */
import type { Check } from '@gatehouse/connector-kit';
import type { GroupSearch, LdapConfig } from '../config.ts';
import { both, present } from '../filters.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { attempt } from './attempt.ts';
import { count, sample, samplePeople } from './sample.ts';

export function checkGroups(connection: LdapConnection, config: LdapConfig): Promise<Check> {
  if (config.groupSearch !== undefined) return checkSearch(connection, config.groupSearch);
  if (config.memberOf !== undefined) return checkMemberOf(connection, config, config.memberOf.attribute);
  return Promise.resolve({ name: 'groups', ok: true, detail: 'not configured: nobody has groups' });
}

function checkSearch(connection: LdapConnection, search: GroupSearch): Promise<Check> {
  const { baseDn, scope, filter, nameAttribute } = search;
  return attempt(
    'groups',
    async () => {
      const query = { base: baseDn, scope, filter: both(filter, present(nameAttribute)) };
      const found = await sample(connection, { ...query, attributes: [nameAttribute] });
      const detail = `${count(found)} below ${baseDn} have a "${nameAttribute}"`;
      if (found.entries.length > 0) return { detail };
      const advice = 'Check `groupSearch.filter`, `nameAttribute`, and the rights of the account.';
      return { detail, ok: false, advice };
    },
    () => 'Check `groupSearch.baseDn`, and that the service account may read below it.',
  );
}

function checkMemberOf(connection: LdapConnection, config: LdapConfig, attribute: string): Promise<Check> {
  return attempt(
    'groups',
    async () => {
      const found = await samplePeople(connection, config, [attribute]);
      const members = found.entries.filter((entry) => entry.bytes(attribute).length > 0);
      const detail = `${members.length} of ${count(found)} have a "${attribute}"`;
      if (members.length > 0) return { detail };
      const advice = `The directory may not keep "${attribute}", or the account may not read it.`;
      return { detail, ok: false, advice };
    },
    () => `Check that the service account may read "${attribute}".`,
  );
}
