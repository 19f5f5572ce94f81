/**
 * Distinguished names, compared as far as their spelling goes: case, and space around `,`, `+` and `=`. A directory
 * spells its own names in one way; what an administrator wrote may differ in these.
 */
export function sameDn(one: string, other: string): boolean {
  return spelled(one) === spelled(other);
}

/** Whether `dn` is below `base`, or is it. */
export function isWithin(dn: string, base: string): boolean {
  return sameDn(dn, base) || spelled(dn).endsWith(`,${spelled(base)}`);
}

function spelled(dn: string): string {
  // A separator with a backslash before it is part of a value.
  return dn
    .trim()
    .toLowerCase()
    .replaceAll(/(?<!\\)\s*(?<!\\)([,+=])\s*/g, '$1');
}
