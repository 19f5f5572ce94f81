/** Names that Kubernetes keeps for itself: `system:masters` is root on the cluster. */

/**
 * True if a name begins with `system:`, also in disguise.
 *
 * Kubernetes compares exactly, but other verifiers trim, fold case or normalise before they compare, and a person
 * who may choose a group's name would choose ` System:masters` or a full-width colon. So compatibility forms, case,
 * leading white space, and characters that are not seen do not count here.
 */
export function isReserved(name: string): boolean {
  return name
    .normalize('NFKC')
    .replace(/[\p{C}\p{Default_Ignorable_Code_Point}]/gu, '')
    .trimStart()
    .toLowerCase()
    .startsWith('system:');
}
