/** What is odd about the bases themselves: nothing in one of several, or a part of it on another server. */
import type { LdapConfig } from '../config.ts';
import { isWithin } from '../dn.ts';
import { referencesElsewhere } from '../referrals.ts';
import type { EachBase } from './sample.ts';

export function adviseEmptyBases(samples: EachBase, option: string): readonly string[] {
  const empty = samples.filter(({ entries }) => entries.length === 0).map(({ base }) => base);
  if (empty.length === 0 || empty.length === samples.length) return [];
  return [`Nobody is found below ${empty.join(' and ')}: correct \`${option}\`, or take it out.`];
}

/** Nobody is lost by it, and everybody there is read twice at each sign-in. */
export function adviseNestedBases({ baseDn, scope }: LdapConfig['userSearch']): readonly string[] {
  if (scope !== 'sub') return [];
  const inner = baseDn.find((base, index) =>
    baseDn.some((outer, other) => other !== index && isWithin(base, outer)),
  );
  const advice = `${inner} is inside another base: take it out of \`userSearch.baseDn\`, or the other one.`;
  return inner === undefined ? [] : [advice];
}

/** Active Directory names parts of its own below the root of every domain; those are not told. */
export function adviseReferences(samples: EachBase, option: string, effect: string): readonly string[] {
  const urls = samples.flatMap(({ references, base }) => referencesElsewhere(references, base));
  if (urls.length === 0) return [];
  const shown = [...new Set(urls)].slice(0, 3).join(', ');
  return [`A part is on another server (${shown}), which is not followed. ${effect}; narrow \`${option}\`.`];
}
