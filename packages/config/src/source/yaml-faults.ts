/**
 * What is wrong with a YAML text, in sentences of our own.
 *
 * The library's messages quote what they stumbled over, which may be a password that was written where none belongs;
 * and after the first token it did not expect, it complains about every further one.
 */
import type { ErrorCode, YAMLError } from 'yaml';

/** In the order of the text, up to where the parser lost its way. */
export function tellingFaults(faults: readonly YAMLError[]): readonly YAMLError[] {
  const ordered = faults.toSorted((a, b) => a.pos[0] - b.pos[0]);
  const lost = ordered.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN' || code === 'RESOURCE_EXHAUSTION');
  return lost === -1 ? ordered : ordered.slice(0, lost + 1);
}

export function faultSentence({ code, message }: YAMLError): string {
  if (code === 'MISSING_CHAR') return missing(message);
  return sentences[code] ?? `not valid YAML (${code})`;
}

const sentences: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: 'not a usable alias or anchor; text that begins with * or & needs quotes',
  BAD_DIRECTIVE: 'not a YAML directive; text that begins with % needs quotes',
  BAD_DQ_ESCAPE: 'not an escape sequence; between single quotes a backslash means itself',
  BAD_INDENT: 'the indentation does not fit what is above',
  BAD_SCALAR_START: 'text that begins with this character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " on one line; text with ": " in it needs quotes',
  BLOCK_IN_FLOW:
    'an indented list or map within brackets; close the bracket, or write all of it with brackets',
  MULTILINE_IMPLICIT_KEY: 'a key that goes over several lines; perhaps a colon is missing',
  MULTIPLE_DOCS: 'a second document begins here; a configuration is one',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'a tab: YAML is indented with spaces only',
  TAG_RESOLVE_FAILED: 'YAML tags are not used here; text that begins with ! needs quotes',
  UNEXPECTED_TOKEN:
    'this does not fit what is before it; perhaps a bracket, a quote or a comma is missing, or one too many',
};

/** Of these messages the ones that matter are fixed texts. */
function missing(message: string): string {
  if (message.startsWith('Missing closing')) return 'the text ends before the quote is closed';
  if (message.startsWith('Implicit map keys')) return 'a key without a colon behind it';
  if (/^Missing , /.test(message)) return 'a comma is missing before this';
  if (message.startsWith('Comments must'))
    return 'a # that begins a comment needs a space before it; other text with # needs quotes';
  return 'something is missing before this, such as a colon, a space or a bracket';
}
