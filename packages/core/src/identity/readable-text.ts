/** Which names and ids from an upstream can be written into a token without becoming somebody else's. */

/**
 * False for text that another program would read differently than we do:
 * - a lone surrogate becomes U+FFFD in UTF-8, so two ids could turn into the same one;
 * - U+FFFD itself is what is left of bytes that were decoded wrongly (an LDAP objectGUID taken for text);
 * - control characters end lines, hide in terminals, and cannot be stored everywhere (NUL).
 */
export function isReadable(text: string): boolean {
  return text.isWellFormed() && !/[\p{Cc}\uFFFD]/u.test(text);
}
