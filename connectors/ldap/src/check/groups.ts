/** Whether groups are found, in the way that is configured. */
import type { Check } from '@gatehouse/connector-kit';
import type { GroupSearch, LdapConfig } from '../config.ts';
import { isDnItself } from '../dn.ts';
import { both, present } from '../filters.ts';
import { readGroups } from '../groups/read-groups.ts';
import { personAttributes } from '../people/identity.ts';
import type { Searches } from '../session.ts';
import { attempt, type Outcome } from './attempt.ts';
import { adviseEmptyBases, adviseReferences } from './bases.ts';
import { noReport } from './no-report.ts';
import {
  adviseLimits,
  allIn,
  countEach,
  type EachBase,
  isThere,
  readingAdvice,
  sampleEach,
  samplePeople,
  told,
} from './sample.ts';

/** Each costs as many searches as a sign-in. */
const triedPeople = 10;

/** What the lines before have found out. */
export interface Known {
  readonly contexts: readonly string[];
  /** Whether there is anybody to try the way on. */
  readonly people: boolean;
}

export function checkGroups(searches: Searches, config: LdapConfig, known: Known): Promise<Check> {
  if (config.groupSearch !== undefined) return checkSearch(searches, config, config.groupSearch, known);
  const byPerson = config.memberOf ?? config.tokenGroups;
  if (byPerson !== undefined && !known.people) {
    return Promise.resolve({ name: 'groups', ok: true, detail: 'nobody to try them on' });
  }
  if (config.memberOf !== undefined) return checkMemberOf(searches, config, config.memberOf.attribute);
  if (config.tokenGroups !== undefined) return checkTokenGroups(searches, config);
  return Promise.resolve({ name: 'groups', ok: true, detail: 'not configured: nobody has groups' });
}

function checkSearch(
  searches: Searches,
  config: LdapConfig,
  search: GroupSearch,
  known: Known,
): Promise<Check> {
  const { nameAttribute, scope } = search;
  return attempt(
    'groups',
    async () => {
      const samples = await groupsWith(searches, search, nameAttribute);
      const totals = await countEach(searches, samples, { scope, filter: having(search, nameAttribute) });
      const detail = `${told(totals, 'groups')} with a "${nameAttribute}"`;
      const facts = { found: totals.map(({ ...total }) => total) };
      if (allIn(samples).length === 0) {
        const advice = 'Check `groupSearch.filter`, `nameAttribute`, and the rights of the account.';
        return { detail, facts, ok: false, advice };
      }
      const judged = await judgeMatchers(searches, config, search, known);
      if (judged.advice !== undefined) return { detail, facts, ...judged };
      const more = [
        ...adviseLimits(totals),
        ...adviseEmptyBases(samples, 'groupSearch.baseDn'),
        ...(search.ignoreReferrals
          ? []
          : adviseReferences(
              samples,
              'groupSearch.baseDn',
              'Every sign-in fails, since groups may be there',
            )),
      ];
      return { detail, facts, ...judged, ...(more.length > 0 && { advice: more.join(' ') }) };
    },
    () => readingAdvice(config, 'groupSearch.baseDn', search.baseDn, known.contexts),
  );
}

function having({ filter }: GroupSearch, attribute: string) {
  return both(filter, present(isDnItself(attribute) ? 'objectClass' : attribute));
}

function groupsWith(searches: Searches, search: GroupSearch, attribute: string): Promise<EachBase> {
  const { baseDn, scope } = search;
  // Only whether they have it: the members of one large group can be megabytes.
  return sampleEach(searches, baseDn, { scope, filter: having(search, attribute), attributes: ['1.1'] });
}

/** Groups that nobody is found in look like people who are in no group: no sign-in would ever say so. */
async function judgeMatchers(
  searches: Searches,
  config: LdapConfig,
  search: GroupSearch,
  known: Known,
): Promise<Pick<Outcome, 'ok' | 'advice'>> {
  const faults: string[] = [];
  for (const { groupAttribute } of search.userMatchers) {
    const holding = await groupsWith(searches, search, groupAttribute);
    if (allIn(holding).length === 0) faults.push(`no group has a "${groupAttribute}"`);
  }
  const correct = 'Correct `groupSearch.userMatchers`, or let the account read it';
  if (faults.length === search.userMatchers.length) {
    return { ok: false, advice: `${correct}: ${faults.join(', ')}.` };
  }
  if (!known.people) return {};
  const tried = await tryPeople(searches, config);
  if (tried.withGroups > 0 || tried.people === 0) return {};
  const none = `none of the ${tried.people} people that were tried is in a group`;
  return { advice: `${correct}: ${[...faults, none].join(', ')}.` };
}

interface Tried {
  readonly people: number;
  readonly withGroups: number;
}

/** Ends with the first who has groups: one shows that the way is right. */
async function tryPeople(searches: Searches, config: LdapConfig): Promise<Tried> {
  const samples = await samplePeople(searches, config, personAttributes(config));
  const people = allIn(samples).slice(0, triedPeople);
  for (const person of people) {
    const groups = await readGroups(searches, person, config, noReport.trace);
    if (groups.length > 0) return { people: people.length, withGroups: 1 };
  }
  return { people: people.length, withGroups: 0 };
}

function checkMemberOf(searches: Searches, config: LdapConfig, attribute: string): Promise<Check> {
  return attempt(
    'groups',
    async () => {
      const people = allIn(await samplePeople(searches, config, [attribute]));
      const members = people.filter((entry) => isThere(entry, attribute));
      const detail = `${members.length} of ${people.length} people have a "${attribute}"`;
      if (members.length > 0) return { detail };
      const advice = `The directory may not keep "${attribute}", or the account may not read it.`;
      return { detail, ok: false, advice };
    },
    () => `Check that the service account may read "${attribute}".`,
  );
}

function checkTokenGroups(searches: Searches, config: LdapConfig): Promise<Check> {
  return attempt(
    'groups',
    async () => {
      const { people, withGroups } = await tryPeople(searches, config);
      if (withGroups > 0) return { detail: 'the directory computes the groups of a person' };
      const detail = `none of the ${people} people that were tried has groups`;
      const advice =
        'Let the service account read "tokenGroups" of people (the right "Read Group Membership").';
      return { detail, ok: people === 0, ...(people > 0 && { advice }) };
    },
    () => 'Let the service account read "tokenGroups" of people (the right "Read Group Membership").',
  );
}
