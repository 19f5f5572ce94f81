/** That every prefix stands for a namespace, and every namespace can be written down as it is. */
import { refuse } from '../refusal.ts';
import { attributesOf } from './elements.ts';
import type { XmlElement } from './libraries.ts';

/** Such characters stand in no address; canonicalization writes them without escapes, as if they were more attributes. */
const strange = /[\s"'<>&]/;

/**
 * Attack: a prefix that nobody declares, which canonicalization gives a namespace of its own (`ds`) or an empty one, so
 * that the signed text says something else than the tree; or an attribute `xmlnsX`, which it leaves out.
 */
export function requireNamespaces(element: XmlElement): void {
  requireNamespace(element.tagName, element.namespaceURI);
  for (const { name, value, namespaceURI } of attributesOf(element)) {
    if (name === 'xmlns' || name.startsWith('xmlns:')) requireDeclaration(name, value);
    else if (name.startsWith('xmlns')) refuse('the XML has an attribute that only looks like a declaration');
    else requireNamespace(name, namespaceURI);
  }
}

/** xmldom looks prefixes up in an object, where `constructor` is a function. */
function requireNamespace(name: string, namespace: unknown): void {
  if (name.includes(':') && (typeof namespace !== 'string' || namespace === ''))
    refuse('the XML has a prefix that is not declared');
}

function requireDeclaration(name: string, value: string): void {
  if (strange.test(value)) refuse('the XML has a namespace with strange characters');
  if (name === 'xmlns') return;
  if (value === '' || /^xmlns:xml(ns)?$/.test(name))
    refuse('the XML declares a prefix that cannot be declared');
}
