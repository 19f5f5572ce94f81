/**
 * From text to a tree: the only way in for XML of a stranger.
 *
 * What no SAML message needs and every attack on readers of XML does need is refused as text, before there is a parser:
 * DOCTYPE (entities, files, bombs), comments and processing instructions (they split a value in two for one reader and
 * not for the next), CDATA. Whatever the parser finds odd is refused instead of mended.
 */
import { refuse } from '../refusal.ts';
import { DOMParser, type XmlDocument, type XmlElement, type XmlNode } from './libraries.ts';

export interface Limits {
  /** Characters. */
  readonly length: number;
  /** Those that end an element included. */
  readonly tags: number;
}

/** Three times a response with a thousand groups. */
const message: Limits = { length: 360 * 1024, tags: 20_000 };
/** The operator has chosen who publishes it, and some describe a hundred providers. */
export const metadataLimits: Limits = { length: 1024 * 1024, tags: 50_000 };
/** Elements in each other: far below what the recursion of canonicalization can take; SAML needs about ten. */
const deepest = 40;

/** Those of one element: parser and canonicalization compare each with all the others. */
const attributes = 100;

/** @throws ConnectorError `bad_response` */
export function parseXml(text: string, limits: Limits = message): XmlElement {
  refuseAsText(text, limits);
  const document = parse(text);
  const root = document.documentElement;
  if (root === null) refuse('the XML has no root element');
  for (let node = document.firstChild; node !== null; node = node.nextSibling) {
    if (node !== root && !isDeclaration(node)) refuse('there is something beside the root element');
  }
  refuseStrangeNodes(root);
  return root;
}

const declaration = /^<\?xml\s[^<>]*\?>/;

function refuseAsText(text: string, { length, tags }: Limits): void {
  if (text.length > length) refuse(`the XML has more than ${length} characters`);
  if (!text.isWellFormed()) refuse('the XML is not well-formed Unicode');
  if (text.split('<', tags + 2).length > tags + 1) refuse(`the XML has more than ${tags} tags`);
  if (text.split('<').some((tag) => (tag.match(/=\s*["']/g)?.length ?? 0) > attributes))
    refuse(`the XML has an element of more than ${attributes} attributes`);
  const body = text.replace(declaration, '');
  const encoding = /encoding\s*=\s*["']([^"']*)/.exec(text.slice(0, text.length - body.length))?.[1];
  if (encoding !== undefined && !/^utf-8$/i.test(encoding)) refuse('the XML is not in UTF-8');
  // Neither can stand in the text of well-formed XML, nor in an attribute, for anything else.
  const odd = /<[!?][A-Za-z[-]*/.exec(body)?.[0];
  if (odd !== undefined) refuse(`the XML has a ${nameOf(odd)}`);
}

/** For metadata, which people write by hand. Exact, since `<` stands in no value; what is left of a trick is refused. */
export function withoutComments(text: string): string {
  return text.replace(/<!--[\s\S]*?-->/g, '');
}

function nameOf(begin: string): string {
  if (begin.startsWith('<?')) return 'processing instruction';
  if (begin.startsWith('<!--')) return 'comment';
  return begin.startsWith('<![') ? 'CDATA section' : 'document type declaration';
}

function parse(text: string): XmlDocument {
  const stop = (message: string): never => {
    // The parser's message goes no further than its first line: what follows is a place.
    throw new SyntaxError(message.split('\n')[0]?.slice(0, 120));
  };
  try {
    return new DOMParser({
      errorHandler: { warning: stop, error: stop, fatalError: stop },
    }).parseFromString(text, 'text/xml');
  } catch {
    return refuse('the XML is not well-formed');
  }
}

const element = 1;
const plainText = 3;
const instruction = 7;

/** `<?xml … ?>` is no node of the model, but xmldom makes one. */
function isDeclaration(node: XmlNode): boolean {
  if (node.nodeType === plainText) return (node.textContent ?? '').trim() === '';
  return node.nodeType === instruction && 'target' in node && node.target === 'xml';
}

/** By a list of what is left to do, not by recursion: this is what limits the depth for those who do recurse. */
function refuseStrangeNodes(root: XmlElement): void {
  const left: { readonly node: XmlNode; readonly depth: number }[] = [{ node: root, depth: 1 }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, depth } = next;
    if (depth > deepest) refuse(`the XML is more than ${deepest} elements deep`);
    if (node.nodeType !== element && node.nodeType !== plainText)
      refuse('the XML has a node of a strange kind');
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      left.push({ node: child, depth: depth + 1 });
    }
  }
}
