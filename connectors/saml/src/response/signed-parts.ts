/** Which parts of a response are signed, as is required, and the assertion as its signature covers it. */
import { ns } from '../names.ts';
import { misfit, refuse } from '../refusal.ts';
import { verified } from '../signature/verify.ts';
import { childOf, requiredAttribute } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import { parseXml } from '../xml/parse.ts';
import { decrypt } from './decrypt.ts';
import type { Expectation } from './expectation.ts';
import { requireAssertion, signatureOf } from './structure.ts';

export interface Parsed {
  readonly text: string;
  readonly root: XmlElement;
}

/** The response as its signature covers it; as it came, where it has none. */
export function coveredResponse({ text, root }: Parsed, { certificates }: Expectation): XmlElement {
  const signature = signatureOf(root);
  return signature === undefined ? root : verified({ text, signature }, certificates);
}

/** The assertion, always from signed bytes: its own signature's, or else those of the response. */
export function coveredAssertion(parsed: Parsed, response: XmlElement, expected: Expectation): XmlElement {
  const inner = innerOf(parsed, response, expected);
  const signature = signatureOf(inner.root);
  requireSigned(expected, { response: response !== parsed.root, assertion: signature !== undefined });
  if (signature !== undefined) return verified({ text: inner.text, signature }, expected.certificates);
  return inner.covered ?? refuse('neither the response nor the assertion is signed');
}

interface Inner extends Parsed {
  /** The assertion within the bytes that the signature of the response covers. */
  readonly covered?: XmlElement;
}

/** The assertion with the text in which its own signature is to be checked. */
function innerOf(parsed: Parsed, response: XmlElement, expected: Expectation): Inner {
  const signed = response !== parsed.root;
  const encrypted = childOf(response, ns.assertion, 'EncryptedAssertion');
  if (encrypted !== undefined) {
    const text = decrypt(encrypted, expected.decryptionKeys);
    const root = parseXml(text);
    requireAssertion(root);
    return { text, root, ...(signed && { covered: root }) };
  }
  const covered = childOf(response, ns.assertion, 'Assertion') ?? refuse('there is no assertion');
  if (expected.requireEncryption) misfit('the assertion is not encrypted, and the configuration requires it');
  if (!signed) return { text: parsed.text, root: covered };
  const original = childOf(parsed.root, ns.assertion, 'Assertion') ?? refuse('there is no assertion');
  if (requiredAttribute(original, 'ID') !== requiredAttribute(covered, 'ID'))
    refuse('there are several assertions');
  return { text: parsed.text, root: original, covered };
}

function requireSigned(
  { signed }: Expectation,
  is: { readonly response: boolean; readonly assertion: boolean },
): void {
  if (!is.response && !is.assertion) refuse('neither the response nor the assertion is signed');
  if (!is.response && (signed === 'response' || signed === 'both')) refuse('the response is not signed');
  if (!is.assertion && (signed === 'assertion' || signed === 'both')) refuse('the assertion is not signed');
}
