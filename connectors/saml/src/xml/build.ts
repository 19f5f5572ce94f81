/** Writes XML: as a tree, so that no value can become a tag. */
import { DOMImplementation, type XmlElement, type XmlNode } from './libraries.ts';

/** An attribute or child that is undefined is left out. */
export interface Tree {
  /** With its prefix. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | undefined>>;
  readonly children: readonly (Tree | string | undefined)[];
}

export function tree(name: string, attributes: Tree['attributes'], ...children: Tree['children']): Tree {
  return { name, attributes, children };
}

/** @param namespaces by prefix */
export function writeXml(top: Tree, namespaces: Readonly<Record<string, string>>): string {
  const { name } = top;
  const document = new DOMImplementation().createDocument(namespaceOf(name), name);
  const root = document.documentElement;
  if (root === null) throw new Error('a new document has a root');
  fill(root, top);
  return root.toString();

  function namespaceOf(prefixed: string): string {
    return namespaces[prefixed.split(':')[0] ?? ''] ?? '';
  }

  function fill(element: XmlElement, { attributes, children }: Tree): void {
    for (const [key, value] of Object.entries(attributes)) {
      if (value !== undefined) element.setAttribute(key, value);
    }
    for (const child of children) {
      if (child !== undefined) element.appendChild(nodeOf(child));
    }
  }

  function nodeOf(child: Tree | string): XmlNode {
    if (typeof child === 'string') return document.createTextNode(child);
    const element = document.createElementNS(namespaceOf(child.name), child.name);
    fill(element, child);
    return element;
  }
}
