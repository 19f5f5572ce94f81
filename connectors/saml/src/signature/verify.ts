/**
 * Verifies a signature, and gives the text it covers: what is read of a message is read from there.
 *
 * The computing is xml-crypto's. It is told which key (never one from the message) and which algorithms there are, and
 * what it hands back is the very text that it has hashed.
 */
import { ConnectorError } from '@gatehouse/connector-kit';
import { ns } from '../names.ts';
import { refuse } from '../refusal.ts';
import { requiredAttribute, requiredChild } from '../xml/elements.ts';
import { type SignedXml, type XmlElement, XmlSignature } from '../xml/libraries.ts';
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
  const signers = certificates.filter((certificate) => hasSigned(certificate, signed.signature));
  if (signers.length === 0) refuse('the signature does not fit any of the certificates');
  for (const certificate of signers) {
    const covered = check(certificate, signed);
    if (covered !== null) return covered;
  }
  return refuse('the signature does not fit what it is over: that was changed');
}

/**
 * Attack: a signature that nobody has made, over a text that takes long to canonicalize. What is signed itself is short,
 * so whether it was with this key is known before.
 */
function hasSigned(certificate: string, signature: XmlElement): boolean {
  const { CanonicalizationAlgorithms, SignatureAlgorithms } = verifierFor(certificate);
  const info = requiredChild(signature, ns.signature, 'SignedInfo');
  const method = requiredChild(info, ns.signature, 'SignatureMethod');
  const Canonicalization = CanonicalizationAlgorithms[exclusive];
  const Algorithm = SignatureAlgorithms[requiredAttribute(method, 'Algorithm')];
  if (Canonicalization === undefined || Algorithm === undefined) return false;
  const value = requiredChild(signature, ns.signature, 'SignatureValue').textContent ?? '';
  try {
    return new Algorithm().verifySignature(new Canonicalization().process(info, {}), certificate, value);
  } catch {
    return false;
  }
}

function check(certificate: string, { text, signature }: Signed): readonly string[] | null {
  const verifier = verifierFor(certificate);
  try {
    verifier.loadSignature(signature);
    return verifier.checkSignature(text) ? verifier.getSignedReferences() : null;
  } catch (error) {
    if (ConnectorError.is(error)) throw error;
    // "Does not fit" is thrown as well as returned; what it quotes is the stranger's.
    return null;
  }
}

function verifierFor(publicCert: string): SignedXml {
  const verifier = new XmlSignature({ publicCert });
  verifier.getCertFromKeyInfo = () => null;
  verifier.SignatureAlgorithms = only(verifier.SignatureAlgorithms, signatureAlgorithms);
  verifier.HashAlgorithms = only(verifier.HashAlgorithms, digestAlgorithms);
  verifier.CanonicalizationAlgorithms = only(
    verifier.CanonicalizationAlgorithms,
    new Set([exclusive, enveloped]),
  );
  return verifier;
}

function only<T>(all: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}
