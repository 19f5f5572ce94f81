/**
 * What stands where in a response, before anything of it is believed.
 *
 * Attack (signature wrapping, in its eight classical forms and others): a second response or assertion, or the signature
 * in another place, so that one element is verified and another one is read. Here there is one assertion, as a child of
 * the response, and a signature is the second child of what it signs.
 */
import { ns } from '../names.ts';
import { refuse } from '../refusal.ts';
import { allWithin, childrenOf, elementsOf, is } from '../xml/elements.ts';
import { refuseDuplicateIds } from '../xml/ids.ts';
import type { XmlElement } from '../xml/libraries.ts';

export function requireResponse(root: XmlElement): void {
  if (!is(root, ns.protocol, 'Response')) refuse('the answer is not a SAML 2.0 response');
  refuseDuplicateIds(root);
  requireOrder(root, ['Issuer', 'Signature', 'Extensions', 'Status', 'Assertion', 'EncryptedAssertion']);
  const assertions = allWithin(root).filter(({ localName }) => assertionNames.has(localName));
  if (assertions.length > 1) refuse('there are several assertions');
  const [assertion] = assertions;
  if (assertion !== undefined && assertion.parentNode !== root)
    refuse('the assertion is not where it belongs');
  refuseStraySignatures(root, [root, ...(assertion ? [assertion] : [])]);
}

/** Alone: what was decrypted. */
export function requireAssertion(root: XmlElement): void {
  if (!is(root, ns.assertion, 'Assertion')) refuse('what was encrypted is not an assertion');
  refuseDuplicateIds(root);
  if (allWithin(root).filter(({ localName }) => assertionNames.has(localName)).length > 1) {
    refuse('there are several assertions');
  }
  refuseStraySignatures(root, [root]);
}

const assertionNames: ReadonlySet<string> = new Set(['Assertion', 'EncryptedAssertion']);

/** Each at most once, in this order, all of the names that belong there; the schema of the protocol says so. */
function requireOrder(root: XmlElement, order: readonly string[]): void {
  let at = -1;
  for (const child of elementsOf(root)) {
    const found = order.indexOf(child.localName);
    if (found === -1 || found <= at || child.namespaceURI !== namespaceOf(child.localName)) {
      refuse('the response has an element where it does not belong');
    }
    at = found;
  }
}

function namespaceOf(name: string): string {
  if (name === 'Signature') return ns.signature;
  return name === 'Extensions' || name === 'Status' ? ns.protocol : ns.assertion;
}

function refuseStraySignatures(root: XmlElement, places: readonly XmlElement[]): void {
  const proper = places.flatMap((place) => signatureOf(place) ?? []);
  const all = allWithin(root).filter(
    ({ localName }) => localName === 'Signature' || localName === 'SignedInfo',
  );
  for (const element of all) {
    const belongs = element.localName === 'Signature' ? element : element.parentNode;
    if (!proper.some((signature) => signature === belongs))
      refuse('there is a signature where it does not belong');
  }
}

/** After the Issuer, where the schema has it. */
export function signatureOf(element: XmlElement): XmlElement | undefined {
  const [signature, ...more] = childrenOf(element, ns.signature, 'Signature');
  if (more.length > 0) refuse('there are several signatures over one element');
  if (signature !== undefined && elementsOf(element)[1] !== signature) {
    refuse('there is a signature where it does not belong');
  }
  return signature;
}
