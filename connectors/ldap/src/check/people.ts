/** Whether people are found, and whether their entries have what a sign-in needs. */
import type { Check } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import type { Entry } from '../entry.ts';
import { configuredFilter } from '../filters.ts';
import { identityOf, personAttributes, personId } from '../identity.ts';
import type { Searches } from '../session.ts';
import { attempt, type Finding } from './attempt.ts';
import { count, readingAdvice, sampleEach, samplePeople } from './sample.ts';

export function checkPeople(searches: Searches, config: LdapConfig): Promise<Check> {
  const { baseDn } = config.userSearch;
  return attempt(
    'people',
    async () => {
      const found = await samplePeople(searches, config, personAttributes(config));
      const faults = found.entries.flatMap((entry) => faultOf(entry, config));
      const usable = found.entries.length - faults.length;
      return {
        ok: usable > 0,
        detail: `${count(found)} below ${baseDn.join(', ')}, ${usable} of them with all that a sign-in needs`,
        facts: { found: found.entries.length, more: found.more, usable, faults: faults.slice(0, 5) },
        ...(found.entries.length === 0
          ? await adviceForNobody(searches, config)
          : adviceFor(found.entries, faults, config)),
      };
    },
    () => readingAdvice(config, 'userSearch.baseDn'),
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

/** The filter and the names that people type are two different mistakes. */
async function adviceForNobody(
  searches: Searches,
  { userSearch }: LdapConfig,
): Promise<Pick<Finding, 'advice'>> {
  const { baseDn, scope, filter, username } = userSearch;
  const query = { scope, filter: configuredFilter(filter), attributes: [] };
  const fitting = await sampleEach(searches, baseDn, query);
  const advice =
    fitting.entries.length === 0
      ? `Nothing there fits \`userSearch.filter\`, or the account may not read it.`
      : `${count(fitting)} fit the filter, and none has ${quoted(username)}: correct \`userSearch.username\`.`;
  return { advice };
}

function adviceFor(
  found: readonly Entry[],
  faults: readonly string[],
  config: LdapConfig,
): Pick<Finding, 'advice'> {
  if (faults.length === found.length) return { advice: `Correct \`attributes\`: ${faults[0]}` };
  const unknown = attributesOf(config).filter(([, name]) =>
    found.every((entry) => entry.texts(name).length === 0),
  );
  if (unknown.length > 0) {
    const list = unknown.map(([option, name]) => `"${name}" (\`${option}\`)`).join(', ');
    return { advice: `None of them has ${list}: correct it, or let the account read it.` };
  }
  if (faults.length === 0) return {};
  return { advice: 'Some entries cannot sign in; `userSearch.filter` can leave them out.' };
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
