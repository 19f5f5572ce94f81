/**
 * Verifies a signature, and gives the text it covers: what is read of a message is read from there.
 *
 * The computing is xml-crypto's. It is told which key (never one from the message) and which algorithms there are, and
 * what it hands back is the very text that it has hashed.
 */
import { ConnectorError } from '@gatehouse/connector-kit';
import { refuse } from '../refusal.ts';
import { requiredAttribute } from '../xml/elements.ts';
import { type XmlElement, XmlSignature } from '../xml/libraries.ts';
import { type Limits, parseXml } from '../xml/parse.ts';
import { candidates } from './key-info.ts';
import {
  digestAlgorithms,
  enveloped,
  exclusive,
  parentOf,
  requireShape,
  signatureAlgorithms,
} from './shape.ts';

export interface Signed {
  /** The text that `signature` was read from. */
  readonly text: string;
  readonly signature: XmlElement;
}

/**
 * The element that the signature stands in, read again from the bytes that were hashed.
 * @param trusted certificates, PEM
 * @throws ConnectorError `bad_response`
 */
export function verified(
  { text, signature }: Signed,
  trusted: readonly string[],
  limits?: Limits,
): XmlElement {
  requireShape(signature);
  const certificates = candidates(signature, trusted);
  const [covered, ...more] = firstThatFits(certificates, { text, signature });
  if (covered === undefined || more.length > 0) refuse('the signature does not cover one element');
  const signed = parentOf(signature);
  const element = parseXml(covered, limits);
  const same =
    element.localName === signed.localName &&
    element.namespaceURI === signed.namespaceURI &&
    requiredAttribute(element, 'ID') === requiredAttribute(signed, 'ID');
  return same ? element : refuse('the signature covers another element than the one it stands in');
}

function firstThatFits(certificates: readonly string[], signed: Signed): readonly string[] {
  for (const certificate of certificates) {
    const covered = check(certificate, signed);
    if (covered !== null) return covered;
  }
  return refuse('the signature does not fit');
}

function check(publicCert: string, { text, signature }: Signed): readonly string[] | null {
  const verifier = new XmlSignature({ publicCert });
  verifier.getCertFromKeyInfo = () => null;
  verifier.SignatureAlgorithms = only(verifier.SignatureAlgorithms, signatureAlgorithms);
  verifier.HashAlgorithms = only(verifier.HashAlgorithms, digestAlgorithms);
  verifier.CanonicalizationAlgorithms = only(
    verifier.CanonicalizationAlgorithms,
    new Set([exclusive, enveloped]),
  );
  try {
    verifier.loadSignature(signature);
    return verifier.checkSignature(text) ? verifier.getSignedReferences() : null;
  } catch (error) {
    if (ConnectorError.is(error)) throw error;
    // "Does not fit" is thrown as well as returned; what it quotes is the stranger's.
    return null;
  }
}

function only(all: Readonly<Record<string, unknown>>, names: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}
