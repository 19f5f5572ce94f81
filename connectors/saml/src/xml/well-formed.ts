/**
 * Refuses XML that is none, before there is a parser: xmldom mends much of it without a word. It drops end tags that close
 * nothing and text before the root, closes what nobody has closed, and takes a lone `&`, `&#0;` or `<` in a value.
 *
 * Attack: `jane</x>-admin` does what `jane<!-- -->-admin` did, for whoever reads it with another parser than the one that
 * signed. And what is mended costs: each limit here is counted on the tags as they stand, so that no `<` in a value hides
 * one. Nothing is read here; this can only say no.
 */
import { refuse } from '../refusal.ts';

export interface TagLimits {
  /** Elements in each other: far below what the recursion of canonicalization can take; SAML needs about ten. */
  readonly depth: number;
  /** Those of one element: parser and canonicalization compare each with all the others. */
  readonly attributes: number;
  readonly allAttributes: number;
  /** Different ones of elements, with their prefixes: for each, xmldom searches the whole text for its end. */
  readonly names: number;
}

/** Short, since refusals quote them. */
const part = '[A-Za-z_][A-Za-z0-9_.-]{0,99}';
const name = `${part}(?::${part})?`;
const space = '[ \\t\\r\\n]';
const startOfTag = new RegExp(`<(${name})`, 'y');
const attribute = new RegExp(`${space}+(${name})${space}*=${space}*(?:"[^<"]*"|'[^<']*')`, 'y');
const endOfStart = new RegExp(`${space}*(/?)>`, 'y');
const endTag = new RegExp(`</(${name})${space}*>`, 'y');
const blank = new RegExp(`^${space}*$`);

/** @param body without the XML declaration, and without what has no place in SAML (`<!`, `<?`) */
export function requireWellFormed(body: string, limits: TagLimits): void {
  if (!body.includes('<')) refuse('the XML has no root element');
  requireCharacters(body);
  const open: string[] = [];
  const names = new Set<string>();
  let allAttributes = 0;
  let roots = 0;
  let at = 0;

  while (at < body.length) {
    const tag = body.indexOf('<', at);
    requireText(body.slice(at, tag === -1 ? body.length : tag), open.length > 0);
    if (tag === -1) break;
    at = tag;
    if (body[at + 1] === '/') close();
    else begin();
  }
  if (open.length > 0) broken('an element that nobody closes');

  function close(): void {
    const [, closed] = take(endTag) ?? broken('a tag that is none');
    if (open.pop() !== closed) broken('the end of an element that is not open');
  }

  function begin(): void {
    if (open.length === 0) roots += 1;
    if (roots > 1) refuse('there is something beside the root element');
    const [, begun = ''] = take(startOfTag) ?? broken('a tag that is none');
    names.add(begun);
    if (names.size > limits.names) refuse(`the XML has more than ${limits.names} names of elements`);
    takeAttributes();
    const [, isEmpty] = take(endOfStart) ?? broken('a tag that is none');
    if (open.length >= limits.depth) refuse(`the XML is more than ${limits.depth} elements deep`);
    if (isEmpty === '') open.push(begun);
  }

  function takeAttributes(): void {
    const seen = new Set<string>();
    for (let found = take(attribute); found !== null; found = take(attribute)) {
      const name = found[1] ?? '';
      if (seen.has(name)) broken('an attribute twice');
      seen.add(name);
      allAttributes += 1;
      if (seen.size > limits.attributes)
        refuse(`the XML has an element of more than ${limits.attributes} attributes`);
      if (allAttributes > limits.allAttributes)
        refuse(`the XML has more than ${limits.allAttributes} attributes`);
    }
  }

  function take(expected: RegExp): RegExpExecArray | null {
    expected.lastIndex = at;
    const found = expected.exec(body);
    if (found !== null) at = expected.lastIndex;
    return found;
  }
}

function requireText(text: string, isInside: boolean): void {
  if (!isInside && !blank.test(text)) refuse('there is something beside the root element');
  if (text.includes(']]>')) broken('the end of a CDATA section that nobody began');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const noCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
const references = /&(?:(amp|lt|gt|quot|apos);|#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));)?/g;

/** XML knows only two ends of lines; of these xmldom makes some too, and a name that ends with one is another name. */
const otherLines = /[\u0085\u2028]/;

/** In text and in values; of references, those that XML knows by itself and those by number. */
function requireCharacters(body: string): void {
  if (noCharacters.test(body)) broken('a character that XML does not have');
  if (otherLines.test(body)) refuse('the XML has an end of a line of another kind');
  for (const [, name, hex, decimal] of body.matchAll(references)) {
    if (name !== undefined) continue;
    if (!isCharacter(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)))
      broken('a reference to nothing');
  }
}

/** XML 1.0, section 2.2. NaN is none. */
function isCharacter(code: number): boolean {
  if (code === 0x9 || code === 0xa || code === 0xd) return true;
  return (
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}

function broken(what: string): never {
  refuse(`the XML is not well-formed: it has ${what}`);
}
