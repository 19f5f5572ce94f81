/**
 * From text to a tree: the only way in for XML of a stranger.
 *
 * What no SAML message needs and every attack on readers of XML does need is refused as text, before there is a parser:
 * DOCTYPE (entities, files, bombs), comments and processing instructions (they split a value in two for one reader and
 * not for the next), CDATA. Whatever the parser finds odd is refused instead of mended.
 */
import { refuse } from '../refusal.ts';
import { isElement } from './elements.ts';
import { DOMParser, type XmlDocument, type XmlElement, type XmlNode } from './libraries.ts';
import { requireNamespaces } from './namespaces.ts';
import { requireWellFormed, type TagLimits } from './well-formed.ts';

export interface Limits extends TagLimits {
  /** Characters. */
  readonly length: number;
  /** Those that end an element included. */
  readonly tags: number;
}

/** Twice a response with a thousand groups, each an attribute of its own. */
const message: Limits = {
  length: 360 * 1024,
  tags: 8_000,
  depth: 40,
  attributes: 100,
  allAttributes: 10_000,
  names: 200,
};
/** The operator has chosen who publishes it, and some describe a hundred providers. */
export const metadataLimits: Limits = {
  length: 1024 * 1024,
  tags: 50_000,
  depth: 40,
  attributes: 100,
  allAttributes: 50_000,
  names: 400,
};

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

function refuseAsText(text: string, limits: Limits): void {
  refuseLarge(text, limits);
  if (!text.isWellFormed()) refuse('the XML is not well-formed Unicode');
  const body = text.replace(declaration, '');
  refuseDeclared(text.slice(0, text.length - body.length));
  // Neither can stand in the text of well-formed XML, nor in an attribute, for anything else.
  const odd = /<[!?][A-Za-z[-]*/.exec(body)?.[0];
  if (odd !== undefined) refuse(`the XML has a ${nameOf(odd)}`);
  requireWellFormed(body, limits);
}

function refuseLarge(text: string, { length, tags }: Limits): void {
  if (text.length > length) refuse(`the XML has more than ${length} characters`);
  if (text.split('<', tags + 2).length > tags + 1) refuse(`the XML has more than ${tags} tags`);
}

/** XML 1.1 has other characters and other ends of lines, which canonicalization knows nothing of. */
function refuseDeclared(declared: string): void {
  const encoding = /encoding\s*=\s*["']([^"']*)/.exec(declared)?.[1];
  if (encoding !== undefined && !/^utf-8$/i.test(encoding)) refuse('the XML is not in UTF-8');
  const version = /version\s*=\s*["']([^"']*)/.exec(declared)?.[1];
  if (declared !== '' && version !== '1.0') refuse('the XML is not of version 1.0');
}

/**
 * For metadata, which people write by hand. Exact, since `<` stands in no value; what is left of a trick is refused.
 * Attack: a megabyte of `<!--`, for which an expression would look for the end a hundred thousand times.
 */
export function withoutComments(text: string, { length } = metadataLimits): string {
  if (text.length > length) refuse(`the XML has more than ${length} characters`);
  const [first = '', ...rest] = text.split('<!--');
  return first + rest.map(afterComment).join('');
}

function afterComment(text: string): string {
  const end = text.indexOf('-->');
  return end === -1 ? refuse('the XML has a comment that nobody ends') : text.slice(end + 3);
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

const plainText = 3;
const instruction = 7;

/** `<?xml … ?>` is no node of the model, but xmldom makes one. */
function isDeclaration(node: XmlNode): boolean {
  if (node.nodeType === plainText) return (node.textContent ?? '').trim() === '';
  return node.nodeType === instruction && 'target' in node && node.target === 'xml';
}

/** By a list of what is left to do, not by recursion. */
function refuseStrangeNodes(root: XmlElement): void {
  const left: XmlNode[] = [root];
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if (isElement(node)) requireNamespaces(node);
    else if (node.nodeType !== plainText) refuse('the XML has a node of a strange kind');
    for (let child = node.firstChild; child !== null; child = child.nextSibling) left.push(child);
  }
}
