/** Groups that the rules name and the upstream does not have: a slip of the pen that no sign-in would ever tell. */
import type { Check, LookedUpGroup } from '@gatehouse/connector-kit';
import { groupsNamedBy } from '@gatehouse/core';
import type { Entry, Upstream } from './ask-upstream.ts';

/** More would be a search each, and an operator who names so many makes them by a program. */
const most = 100;
const shown = 5;

/** No line where the rules name no group exactly, or the upstream cannot tell. */
export async function checkGroupNames({ rules }: Entry, { lookUp }: Upstream): Promise<readonly Check[]> {
  const named = groupsNamedBy(rules);
  if (named.length === 0 || lookUp === undefined) return [];
  const names = [...new Set(named.map(({ group }) => group))].slice(0, most);
  const { groups } = await lookUp({ groups: names });
  if (groups === undefined) return [];
  const faults = groups.flatMap((group) =>
    faultOf(group, named.find((each) => each.group === group.asked)?.rule),
  );
  const line = { name: 'names in rules', ok: true };
  if (faults.length === 0)
    return [{ ...line, detail: `${names.length} of ${names.length} are groups there` }];
  const more = faults.length > shown ? ` And ${faults.length - shown} more.` : '';
  return [
    {
      ...line,
      detail: `${names.length - faults.length} of ${names.length} are groups there`,
      advice: `${faults.slice(0, shown).join(' ')}${more}`,
      facts: { unknown: groups.filter(isUnknown).map(({ asked }) => asked) },
    },
  ];
}

function isUnknown({ asked, found }: LookedUpGroup): boolean {
  return !found.some(({ name, counts }) => counts && name === asked);
}

function faultOf(group: LookedUpGroup, rule: string | undefined): readonly string[] {
  if (!isUnknown(group)) return [];
  const where = `"${group.asked}" (\`rules.${rule}\`)`;
  const [near] = group.found;
  if (near === undefined) return [`There is no group ${where}.`];
  return [`No sign-in finds the group ${where}: ${near.remarks.join(' ')}`];
}
