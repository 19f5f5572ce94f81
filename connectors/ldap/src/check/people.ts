/** Whether people are found, and whether their entries have what a sign-in needs. */
import type { Check } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { identityOf, personAttributes, personId } from '../identity.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { attempt, type Finding } from './attempt.ts';
import { count, samplePeople } from './sample.ts';

export function checkPeople(connection: LdapConnection, config: LdapConfig): Promise<Check> {
  const { baseDn } = config.userSearch;
  return attempt(
    'people',
    async () => {
      const found = await samplePeople(connection, config, personAttributes(config));
      const faults = found.entries.flatMap((entry) => faultOf(entry, config));
      const usable = found.entries.length - faults.length;
      return {
        ok: usable > 0,
        detail: `${count(found)} below ${baseDn}, ${usable} of them with all that a sign-in needs`,
        facts: { found: found.entries.length, more: found.more, usable, faults: faults.slice(0, 5) },
        ...adviceFor(found.entries.length, faults),
      };
    },
    () => 'Check `userSearch.baseDn`, and that the service account may read below it.',
  );
}

function faultOf(entry: Entry, config: LdapConfig): readonly string[] {
  try {
    identityOf(entry, personId(entry, config), [], config);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function adviceFor(found: number, faults: readonly string[]): Pick<Finding, 'advice'> {
  if (found === 0) {
    return {
      advice: 'Nobody is there: check `userSearch.filter`, `username` and the rights of the account.',
    };
  }
  if (faults.length === found) return { advice: `Correct \`attributes\`: ${faults[0]}` };
  if (faults.length === 0) return {};
  return { advice: 'Some entries cannot sign in; `userSearch.filter` can leave them out.' };
}
