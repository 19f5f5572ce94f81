/** Reads a tree strictly: an element by name and namespace, values that are text alone. */
import { refuse } from '../refusal.ts';
import type { XmlAttribute, XmlElement, XmlNode } from './libraries.ts';

export function isElement(node: XmlNode): node is XmlElement {
  return node.nodeType === 1;
}

export function elementsOf(parent: XmlElement): readonly XmlElement[] {
  const found: XmlElement[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (isElement(node)) found.push(node);
  }
  return found;
}

/** The element and everything below it, in the order of the text. */
export function allWithin(root: XmlElement): readonly XmlElement[] {
  const found: XmlElement[] = [];
  const left = [root];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    found.push(next);
    left.push(...elementsOf(next).toReversed());
  }
  return found;
}

export function is(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

export function childrenOf(parent: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return elementsOf(parent).filter((child) => is(child, namespace, name));
}

/** Undefined if there is none; two are never taken for one. */
export function childOf(parent: XmlElement, namespace: string, name: string): XmlElement | undefined {
  const [first, second] = childrenOf(parent, namespace, name);
  if (second !== undefined) refuse(`${parent.localName} has more than one ${name}`);
  return first;
}

export function requiredChild(parent: XmlElement, namespace: string, name: string): XmlElement {
  return childOf(parent, namespace, name) ?? refuse(`${parent.localName} has no ${name}`);
}

/** @throws ConnectorError where there are elements inside, or what no value may hold */
export function textOf(element: XmlElement): string {
  if (elementsOf(element).length > 0) refuse(`${element.localName} has elements where text is expected`);
  return clean(element.textContent ?? '', element.localName);
}

/**
 * What is said of a person. Attack: an id, or a group, that is another one's with a space before or after it. Around a
 * value, only lines are layout; spaces alone are part of it.
 * @throws ConnectorError as `textOf`
 */
export function exactText(element: XmlElement): string {
  const value = textOf(element);
  const raw = element.textContent ?? '';
  const at = raw.indexOf(value);
  return value === '' ? '' : `${spaces(raw.slice(0, at))}${value}${spaces(raw.slice(at + value.length))}`;
}

function spaces(around: string): string {
  return /^ *$/.test(around) ? around : '';
}

/** Undefined if there is none; an empty one is refused, since no attribute of SAML that we read may be. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  if (!element.hasAttribute(name)) return undefined;
  const value = clean(element.getAttribute(name) ?? '', name);
  return value === '' ? refuse(`${element.localName} has an empty ${name}`) : value;
}

export function requiredAttribute(element: XmlElement, name: string): string {
  return attributeOf(element, name) ?? refuse(`${element.localName} has no ${name}`);
}

export function attributesOf({ attributes }: XmlElement): readonly XmlAttribute[] {
  return Array.from({ length: attributes.length }, (_, index) => attributes.item(index)).filter(
    (attribute) => attribute !== null,
  );
}

/** Attack: a value that looks like another one to people and logs, or ends early for a reader in C. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u001f\u007f-\u009f\ufffe\uffff\u2028\u2029]/;

/**
 * Attack: a person, or a group, whose name is another one's with a space of another kind beside it, which `trim` takes
 * away. Only the white space of XML is layout; the rest is part of the name.
 */
export function withoutLayout(value: string): string {
  return value.replace(/^[ \t\r\n]+/, '').replace(/(?<![ \t\r\n])[ \t\r\n]+$/, '');
}

function clean(value: string, where: string): string {
  const trimmed = withoutLayout(value);
  if (!trimmed.isWellFormed() || controls.test(trimmed))
    refuse(`${where} has control characters in its value`);
  return trimmed;
}
