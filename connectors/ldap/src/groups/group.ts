/** A group of a person, and where it came from. */

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
