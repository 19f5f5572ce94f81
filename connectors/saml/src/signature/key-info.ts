/**
 * What a signature says about its key. It is never the key that is verified with: those are configured. It saves trying
 * them all, and tells the administrator which certificate is missing.
 */
import { X509Certificate } from 'node:crypto';
import { ns } from '../names.ts';
import { refuse } from '../refusal.ts';
import { childOf, childrenOf, elementsOf, is } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

const known: ReadonlySet<string> = new Set(['X509Data', 'KeyName', 'KeyValue']);

/**
 * The trusted certificates that can have made this signature: the one it names, or all.
 * @param trusted PEM
 * @throws ConnectorError where it names only others (attack: a response signed with a key of one's own, which it brings)
 */
export function candidates(signature: XmlElement, trusted: readonly string[]): readonly string[] {
  const info = childOf(signature, ns.signature, 'KeyInfo');
  if (info === undefined) return trusted;
  for (const child of elementsOf(info)) {
    if (child.namespaceURI !== ns.signature || !known.has(child.localName)) {
      refuse('the signature wants its key to be fetched from somewhere');
    }
  }
  const named = namedCertificates(info);
  if (named.length === 0) return trusted;
  const ours = trusted.filter((pem) => named.includes(bare(pem)));
  if (ours.length === 0) {
    const who = named.slice(0, 3).map(fingerprint).join(', ');
    refuse(`it is signed with a certificate that is not configured (SHA-256 ${who})`);
  }
  return ours;
}

function namedCertificates(info: XmlElement): readonly string[] {
  return childrenOf(info, ns.signature, 'X509Data').flatMap((data) =>
    elementsOf(data)
      .filter((child) => is(child, ns.signature, 'X509Certificate'))
      .map((child) => bare(child.textContent ?? '')),
  );
}

/** The base64 alone, on one line. */
function bare(certificate: string): string {
  return certificate.replace(/-----[A-Z ]+-----|\s/g, '');
}

/** As `openssl x509 -fingerprint -sha256` writes it. */
export function fingerprint(certificate: string): string {
  try {
    return new X509Certificate(Buffer.from(bare(certificate), 'base64')).fingerprint256;
  } catch {
    return 'not a certificate';
  }
}
