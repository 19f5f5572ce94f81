/**
 * What a signature of SAML may look like (SAML 2.0 core, section 5.4, with its errata), read before anything is computed.
 *
 * XML Signature can say much more: several references, paths, stylesheets, keys fetched from somewhere, signed objects
 * inside the signature. Each of these has been an attack. What is left here is one shape.
 */
import { ns } from '../names.ts';
import { quote, refuse } from '../refusal.ts';
import {
  attributeOf,
  attributesOf,
  childOf,
  elementsOf,
  is,
  requiredAttribute,
  requiredChild,
} from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

/** No SHA-1: collisions can be bought. */
export const signatureAlgorithms: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
]);
export const digestAlgorithms: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmlenc#sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512',
]);
export const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const enveloped = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/**
 * @param signature of which it is known that it stands in the element it has to cover
 * @throws ConnectorError `bad_response`
 */
export function requireShape(signature: XmlElement): void {
  refuseAttributes(signature, ['Id']);
  requireChildren(signature, ['SignedInfo', 'SignatureValue', 'KeyInfo?']);
  const info = requiredChild(signature, ns.signature, 'SignedInfo');
  refuseAttributes(info, ['Id']);
  requireChildren(info, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']);
  requireMethods(info);
  requireReference(
    requiredChild(info, ns.signature, 'Reference'),
    requiredAttribute(parentOf(signature), 'ID'),
  );
  requireBase64(requiredChild(signature, ns.signature, 'SignatureValue'));
}

function requireMethods(info: XmlElement): void {
  const canonical = requiredChild(info, ns.signature, 'CanonicalizationMethod');
  requireAlgorithm(canonical, new Set([exclusive]));
  if (elementsOf(canonical).length > 0) refuse('CanonicalizationMethod has parameters');
  const method = requiredChild(info, ns.signature, 'SignatureMethod');
  requireAlgorithm(method, signatureAlgorithms);
  // Such as a length to which an HMAC is cut, or parameters of RSA-PSS.
  if (elementsOf(method).length > 0) refuse('SignatureMethod has parameters');
}

function requireReference(reference: XmlElement, id: string): void {
  refuseAttributes(reference, ['URI', 'Id', 'Type']);
  requireChildren(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  if (attributeOf(reference, 'URI') !== `#${id}`)
    refuse('the signature is not over the element that it stands in');
  requireTransforms(requiredChild(reference, ns.signature, 'Transforms'));
  const method = requiredChild(reference, ns.signature, 'DigestMethod');
  requireAlgorithm(method, digestAlgorithms);
  if (elementsOf(method).length > 0) refuse('DigestMethod has parameters');
  requireBase64(requiredChild(reference, ns.signature, 'DigestValue'));
}

/** These two, once each, in this order: everything else changes what was signed before it is read. */
function requireTransforms(transforms: XmlElement): void {
  requireChildren(transforms, ['Transform', 'Transform']);
  const [first, second] = elementsOf(transforms);
  if (first === undefined || second === undefined) refuse('the signature has not two transforms');
  requireAlgorithm(first, new Set([enveloped]));
  requireAlgorithm(second, new Set([exclusive]));
  for (const transform of [first, second]) requireParameters(transform);
}

/** Attack: a list of a hundred thousand prefixes, in which canonicalization looks for each attribute. */
const longestPrefixList = 500;

/** Signers built on xml-crypto write the list into both, in a namespace of its own; it means something in the second. */
function requireParameters(transform: XmlElement): void {
  const inclusive = childOf(transform, requiredAttribute(transform, 'Algorithm'), 'InclusiveNamespaces');
  if (elementsOf(transform).length > (inclusive ? 1 : 0)) refuse('a transform has parameters');
  if (inclusive === undefined) return;
  refuseAttributes(inclusive, ['PrefixList']);
  if (elementsOf(inclusive).length > 0) refuse('InclusiveNamespaces has something in it');
  if ((inclusive.getAttribute('PrefixList') ?? '').length > longestPrefixList)
    refuse(`PrefixList has more than ${longestPrefixList} characters`);
}

function requireAlgorithm(element: XmlElement, allowed: ReadonlySet<string>): void {
  refuseAttributes(element, ['Algorithm']);
  const algorithm = requiredAttribute(element, 'Algorithm');
  if (!allowed.has(algorithm)) refuse(`${element.localName} ${quote(algorithm)} is not accepted`);
}

/** In this order; `?` for one that may be missing. */
function requireChildren(parent: XmlElement, names: readonly string[]): void {
  const children = elementsOf(parent);
  let at = 0;
  for (const name of names) {
    const child = children[at];
    const optional = name.endsWith('?');
    if (child !== undefined && is(child, ns.signature, name.replace('?', ''))) at += 1;
    else if (!optional) refuse(`${parent.localName} has no ${name} where it belongs`);
  }
  if (at < children.length) refuse(`${parent.localName} has more in it than a signature of SAML has`);
}

/** Attack: `SignatureValue` or a second `URI` in another namespace, for a reader that looks at local names alone. */
function refuseAttributes(element: XmlElement, known: readonly string[]): void {
  for (const { name } of attributesOf(element)) {
    if (known.includes(name) || name === 'xmlns' || name.startsWith('xmlns:')) continue;
    refuse(`${element.localName} has an attribute that a signature of SAML does not have`);
  }
}

function requireBase64(element: XmlElement): void {
  refuseAttributes(element, ['Id']);
  // Lines end as the writer likes; textOf would refuse them.
  if (elementsOf(element).length > 0 || !/^[A-Za-z0-9+/=\s]+$/.test(element.textContent ?? '')) {
    refuse(`${element.localName} is not base64`);
  }
}

export function parentOf({ parentNode }: XmlElement): XmlElement {
  if (parentNode === null || parentNode.nodeType !== 1) refuse('the signature stands alone');
  return parentNode as XmlElement;
}
