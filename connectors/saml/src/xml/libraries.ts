/**
 * xmldom and xml-crypto, with as much of their types as is used here: their own bring the types of a web page, `window`
 * and all, into every file of the tree.
 */
import { createRequire } from 'node:module';

export interface XmlNode {
  readonly nodeType: number;
  readonly parentNode: XmlNode | null;
  readonly firstChild: XmlNode | null;
  readonly nextSibling: XmlNode | null;
  readonly textContent: string | null;
}

export interface XmlAttribute {
  readonly name: string;
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly value: string;
}

export interface XmlElement extends XmlNode {
  readonly tagName: string;
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly attributes: { readonly length: number; item(index: number): XmlAttribute | null };
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  hasAttribute(name: string): boolean;
  appendChild(child: XmlNode): XmlNode;
  toString(): string;
}

export interface XmlDocument extends XmlNode {
  readonly documentElement: XmlElement | null;
  createElementNS(namespace: string, name: string): XmlElement;
  createTextNode(text: string): XmlNode;
}

type Handler = (message: string) => never;

interface Xmldom {
  readonly DOMParser: new (options: {
    readonly errorHandler: {
      readonly warning: Handler;
      readonly error: Handler;
      readonly fatalError: Handler;
    };
  }) => { parseFromString(text: string, type: 'text/xml'): XmlDocument };
  readonly DOMImplementation: new () => {
    createDocument(namespace: string, name: string): XmlDocument;
  };
}

export interface SignedXml {
  getCertFromKeyInfo: () => null;
  SignatureAlgorithms: Record<string, new () => SignatureAlgorithm>;
  HashAlgorithms: Record<string, unknown>;
  CanonicalizationAlgorithms: Record<string, new () => Canonicalization>;
  loadSignature(signature: XmlNode): void;
  /** @throws Error where the signature does not fit, too */
  checkSignature(xml: string): boolean;
  /** The canonical text of what the signature covers. */
  getSignedReferences(): readonly string[];
  addReference(reference: {
    readonly xpath: string;
    readonly transforms: readonly string[];
    readonly digestAlgorithm: string;
  }): void;
  computeSignature(xml: string, options: SignatureOptions): void;
  getSignedXml(): string;
}

interface SignatureAlgorithm {
  /** @param value base64 */
  verifySignature(text: string, certificate: string, value: string): boolean;
}

interface Canonicalization {
  process(element: XmlElement, options: Readonly<Record<string, unknown>>): string;
}

interface SignatureOptions {
  readonly prefix?: string;
  readonly location?: { readonly reference: string; readonly action: 'after' | 'prepend' };
}

interface XmlCrypto {
  readonly SignedXml: new (options: {
    readonly publicCert?: string;
    readonly privateKey?: string;
    readonly signatureAlgorithm?: string;
    readonly canonicalizationAlgorithm?: string;
  }) => SignedXml;
}

const require = createRequire(import.meta.url);

export const { DOMParser, DOMImplementation } = require('@xmldom/xmldom') as Xmldom;
export const { SignedXml: XmlSignature } = require('xml-crypto') as XmlCrypto;
