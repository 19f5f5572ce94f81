/** PostgreSQL's `text` holds every string but two: one with a NUL, and one that is not well-formed Unicode. */

/** A look-up by a text that cannot be stored finds nothing, whatever somebody typed into a form. */
export function isStorable(text: string): boolean {
  // A lone surrogate would reach the server as U+FFFD: another name than the one that was asked for.
  return text.isWellFormed() && !text.includes('\0');
}
