/** Whether groups are found, in the way that is configured. */
import type { Check, Trace } from '@gatehouse/connector-kit';
import type { GroupSearch, LdapConfig } from '../config.ts';
import { both, present } from '../filters.ts';
import { groupsByMember } from '../groups/by-member.ts';
import { personAttributes } from '../identity.ts';
import type { Searches } from '../session.ts';
import { attempt, type Finding } from './attempt.ts';
import { count, readingAdvice, type Sample, sampleEach, samplePeople } from './sample.ts';

/** Each costs as many searches as a sign-in. */
const triedPeople = 10;
const silent: Trace = { step: () => {} };

export function checkGroups(searches: Searches, config: LdapConfig): Promise<Check> {
  if (config.groupSearch !== undefined) return checkSearch(searches, config, config.groupSearch);
  if (config.memberOf !== undefined) return checkMemberOf(searches, config, config.memberOf.attribute);
  return Promise.resolve({ name: 'groups', ok: true, detail: 'not configured: nobody has groups' });
}

function checkSearch(searches: Searches, config: LdapConfig, search: GroupSearch): Promise<Check> {
  const { baseDn, nameAttribute } = search;
  return attempt(
    'groups',
    async () => {
      const found = await groupsWith(searches, search, nameAttribute);
      const detail = `${count(found)} below ${baseDn.join(', ')} have a "${nameAttribute}"`;
      if (found.entries.length === 0) {
        const advice = 'Check `groupSearch.filter`, `nameAttribute`, and the rights of the account.';
        return { detail, ok: false, advice };
      }
      return { detail, ...(await judgeMatchers(searches, config, search)) };
    },
    () => readingAdvice(config, 'groupSearch.baseDn'),
  );
}

function groupsWith(searches: Searches, search: GroupSearch, attribute: string): Promise<Sample> {
  const { baseDn, scope, filter } = search;
  const query = { scope, filter: both(filter, present(attribute)), attributes: [attribute] };
  return sampleEach(searches, baseDn, query);
}

/** Groups that nobody is found in look like people who are in no group: no sign-in would ever say so. */
async function judgeMatchers(
  searches: Searches,
  config: LdapConfig,
  search: GroupSearch,
): Promise<Pick<Finding, 'ok' | 'advice'>> {
  const faults: string[] = [];
  for (const { groupAttribute } of search.userMatchers) {
    const holding = await groupsWith(searches, search, groupAttribute);
    if (holding.entries.length === 0) faults.push(`no group has a "${groupAttribute}"`);
  }
  const correct = 'Correct `groupSearch.userMatchers`, or let the account read it';
  if (faults.length > 0)
    return { ok: faults.length < search.userMatchers.length, advice: `${correct}: ${faults.join(', ')}.` };
  const people = (await samplePeople(searches, config, personAttributes(config))).entries.slice(
    0,
    triedPeople,
  );
  if (people.length === 0) return {}; // the line above has told that
  for (const person of people) {
    const names = await groupsByMember(searches, person, search, silent);
    if (names.length > 0) return {};
  }
  return { advice: `${correct}: none of the ${people.length} people that were tried is in a group.` };
}

function checkMemberOf(searches: Searches, config: LdapConfig, attribute: string): Promise<Check> {
  return attempt(
    'groups',
    async () => {
      const found = await samplePeople(searches, config, [attribute]);
      const members = found.entries.filter((entry) => entry.bytes(attribute).length > 0);
      const detail = `${members.length} of ${count(found)} have a "${attribute}"`;
      if (members.length > 0) return { detail };
      const advice = `The directory may not keep "${attribute}", or the account may not read it.`;
      return { detail, ok: false, advice };
    },
    () => `Check that the service account may read "${attribute}".`,
  );
}
