/** Signs what we send: in the message (POST), or over the address (redirect). */
import { createSign } from 'node:crypto';
import { type Binding, bindings, ns } from '../names.ts';
import { enveloped, exclusive } from '../signature/shape.ts';
import { XmlSignature } from '../xml/libraries.ts';

export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';

/** Over the root element, after its Issuer; for one without (metadata), as the first child. */
export function signXml(xml: string, { key, certificate }: KeyPair): string {
  const signature = new XmlSignature({
    privateKey: key,
    publicCert: certificate,
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusive,
  });
  signature.addReference({ xpath: '/*', transforms: [enveloped, exclusive], digestAlgorithm: sha256 });
  const issuer = `/*/*[local-name(.)='Issuer' and namespace-uri(.)='${ns.assertion}']`;
  const location = xml.includes(':Issuer')
    ? ({ reference: issuer, action: 'after' } as const)
    : ({ reference: '/*', action: 'prepend' } as const);
  signature.computeSignature(xml, { prefix: 'ds', location });
  return signature.getSignedXml();
}

/**
 * The query of a redirect, signed over exactly these characters (SAML 2.0 bindings, section 3.4.4.1).
 * @param parts in their order: the message, RelayState
 */
export function signQuery(parts: readonly (readonly [string, string])[], pair: KeyPair | undefined): string {
  const all = pair === undefined ? parts : [...parts, ['SigAlg', rsaSha256] as const];
  const query = all.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  if (pair === undefined) return query;
  const signature = createSign('RSA-SHA256').update(query).sign(pair.key, 'base64');
  return `${query}&Signature=${encodeURIComponent(signature)}`;
}

export function isBinding(uri: string): Binding | undefined {
  if (uri === bindings.redirect) return 'redirect';
  return uri === bindings.post ? 'post' : undefined;
}
