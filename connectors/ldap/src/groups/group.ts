/** A group of a person, and where it came from. */
import { isDnItself } from '../dn.ts';
import type { Entry } from '../entry.ts';
import { misconfigured } from '../errors.ts';

export interface Group {
  readonly name: string;
  /** Where it is; two groups of the same name in different places are two of these. */
  readonly dn: string;
  /** For the administrator who asks why somebody has it: `member of it (member)`. */
  readonly how: string;
}

/** What becomes the claim: each name once, in the order of finding. */
export function names(groups: readonly Group[]): readonly string[] {
  return [...new Set(groups.map(({ name }) => name))];
}

/** Throws `misconfigured` for a group that has no such attribute. */
export function nameOf(group: Entry, nameAttribute: string): string {
  const name = isDnItself(nameAttribute) ? group.dn : group.text(nameAttribute);
  if (name === undefined)
    throw misconfigured(`the group ${group.dn} has no "${nameAttribute}" (\`nameAttribute\`)`);
  return name;
}

/** What to ask for, to know the name and these: `1.1` is no attribute (RFC 4511, section 4.5.1.8). */
export function nameAnd(nameAttribute: string, ...others: readonly string[]): readonly string[] {
  const attributes = isDnItself(nameAttribute) ? others : [nameAttribute, ...others];
  return attributes.length === 0 ? ['1.1'] : attributes;
}
