/** Whether people are found, and whether their entries have what a sign-in needs. */
import type { Check } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { configuredFilter } from '../filters.ts';
import { identityOf, personAttributes, personId } from '../people/identity.ts';
import type { Searches } from '../session.ts';
import { attempt, type Outcome } from './attempt.ts';
import { adviseEmptyBases, adviseNestedBases, adviseReferences } from './bases.ts';
import type { RootEntry } from './root-entry.ts';
import {
  allIn,
  countEach,
  type EachBase,
  isThere,
  peopleFilter,
  readingAdvice,
  sampleEach,
  samplePeople,
  told,
} from './sample.ts';

export function checkPeople(
  searches: Searches,
  config: LdapConfig,
  { contexts }: Pick<RootEntry, 'contexts'>,
): Promise<Check> {
  return attempt(
    'people',
    async () => {
      const samples = await samplePeople(searches, config, personAttributes(config));
      const query = { scope: config.userSearch.scope, filter: peopleFilter(config) };
      const totals = await countEach(searches, samples, query);
      const found = allIn(samples);
      const faults = found.flatMap((entry) => faultOf(entry, config));
      const usable = found.length - faults.length;
      const read = samples.some(({ more }) => more) ? `the first ${found.length}` : 'them';
      const well = found.length === 0 ? '' : `; ${usable} of ${read} with all that a sign-in needs`;
      return {
        ok: usable > 0,
        detail: `${told(totals, 'entries')}${well}`,
        facts: {
          found: totals.map(({ ...total }) => total),
          read: found.length,
          usable,
          faults: faults.slice(0, 5),
        },
        ...(found.length === 0
          ? await adviceForNobody(searches, config)
          : adviceFor(samples, faults, config)),
      };
    },
    () => readingAdvice(config, 'userSearch.baseDn', config.userSearch.baseDn, contexts),
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

/** The rights, the filter and the names that people type are three different mistakes. */
async function adviceForNobody(
  searches: Searches,
  { userSearch, bindDn }: LdapConfig,
): Promise<Pick<Outcome, 'advice'>> {
  const { baseDn, scope, filter, username } = userSearch;
  const some = async (fit: string | undefined) => {
    const query = { scope, filter: configuredFilter(fit), attributes: ['1.1'] };
    const fitting = await sampleEach(searches, baseDn, query);
    const count = allIn(fitting).length;
    return count === 0 ? undefined : `${fitting.some(({ more }) => more) ? 'more than ' : ''}${count}`;
  };
  const named = quoted(username);
  const fitting = await some(filter);
  if (fitting !== undefined) {
    return {
      advice: `Of ${fitting} that fit the filter none has ${named}: correct \`userSearch.username\`, or let the account read it.`,
    };
  }
  const visible = await some(undefined);
  if (visible !== undefined) {
    return {
      advice: `Of ${visible} that the account sees there none fits \`userSearch.filter\`, ${filter}: correct it, or let the account read what it asks for.`,
    };
  }
  const who = bindDn === undefined ? 'Whoever has no account' : 'The service account';
  return {
    advice: `${who} sees nothing at all there: an access rule has to let it search and read below the base.`,
  };
}

function adviceFor(
  samples: EachBase,
  faults: readonly string[],
  config: LdapConfig,
): Pick<Outcome, 'advice'> {
  const found = allIn(samples);
  if (faults.length === found.length) return { advice: `Correct \`attributes\`: ${faults[0]}` };
  const unknown = attributesOf(config).filter(([, name]) => found.every((entry) => !isThere(entry, name)));
  if (unknown.length > 0) {
    const list = unknown.map(([option, name]) => `"${name}" (\`${option}\`)`).join(', ');
    return { advice: `None of them has ${list}: correct it, or let the account read it.` };
  }
  const more = [
    ...adviseEmptyBases(samples, 'userSearch.baseDn'),
    ...adviseNestedBases(config.userSearch),
    ...adviseReferences(samples, 'userSearch.baseDn', 'People there cannot sign in'),
    ...(faults.length === 0 ? [] : ['Some entries cannot sign in; `userSearch.filter` can leave them out.']),
  ];
  return more.length === 0 ? {} : { advice: more.join(' ') };
}

/** What a sign-in can do without, so that a slip of the pen shows nowhere else. */
function attributesOf({ userSearch, attributes }: LdapConfig): readonly (readonly [string, string])[] {
  return [
    ...userSearch.username.map((name) => ['userSearch.username', name] as const),
    ['attributes.displayName', attributes.displayName],
    ...(attributes.emailSuffix === undefined ? [['attributes.email', attributes.email] as const] : []),
  ];
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}
