/** Signs and encrypts as identity providers do, and as attackers would like them to. */
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { bareCertificate, type SamlKeys } from './saml-keys.ts';

/** Not through the connector: it is what is tried. */
const { SignedXml } = createRequire(new URL('../../../connectors/saml/package.json', import.meta.url))(
  'xml-crypto',
) as { readonly SignedXml: new (options: object) => Signer };

interface Signer {
  addReference(reference: object): void;
  computeSignature(xml: string, options: object): void;
  getSignedXml(): string;
}

export interface SignOptions {
  readonly algorithm?: string;
  readonly digest?: string;
  readonly canonicalization?: string;
  readonly transforms?: readonly string[];
  readonly inclusive?: readonly string[];
  /** The certificate that the signature names; null for none. */
  readonly names?: SamlKeys | null;
  readonly prefix?: string;
}

export const algorithms = {
  rsaSha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  rsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  rsaSha512: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  exclusiveWithComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
} as const;

export type Part = 'Response' | 'Assertion' | 'LogoutRequest' | 'LogoutResponse' | 'EntityDescriptor';

/** The element of that name is signed, after its Issuer (or as its first child, where it has none). */
export function signPart(xml: string, part: Part, keys: SamlKeys, options: SignOptions = {}): string {
  const { algorithm = algorithms.rsaSha256, digest = algorithms.sha256, names = keys } = options;
  const { canonicalization = algorithms.exclusive, inclusive } = options;
  const { transforms = [algorithms.enveloped, algorithms.exclusive] } = options;
  const signer = new SignedXml({
    privateKey: keys.key,
    ...(names !== null && { publicCert: names.certificate }),
    signatureAlgorithm: algorithm,
    canonicalizationAlgorithm: canonicalization,
  });
  const element = `//*[local-name(.)='${part}']`;
  signer.addReference({
    xpath: element,
    transforms: [...transforms],
    digestAlgorithm: digest,
    ...(inclusive && { inclusiveNamespacesPrefixList: [...inclusive] }),
  });
  const location =
    part === 'EntityDescriptor'
      ? { reference: element, action: 'prepend' }
      : { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' };
  signer.computeSignature(xml, { prefix: options.prefix ?? 'ds', location });
  return signer.getSignedXml();
}

/** What a signature that was made above is over, of which the namespaces stand in `ds:Signature`. */
export function canonicalSignedInfo(xml: string): string {
  const info = /<ds:SignedInfo>.*?<\/ds:SignedInfo>/s.exec(xml)?.[0] ?? '';
  const open = '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">';
  const withEnds = info.replace(/<(ds:[A-Za-z0-9]+)([^<>]*?)\s*\/>/g, '<$1$2></$1>');
  return withEnds.replace('<ds:SignedInfo>', open);
}

export interface EncryptOptions {
  readonly cipher?: string;
  readonly wrap?: 'rsa-oaep-mgf1p' | 'rsa-1_5';
  readonly tamper?: boolean;
  readonly shortTag?: boolean;
}

const keyLengths: Readonly<Record<string, number>> = { 'aes-128': 16, 'aes-192': 24, 'aes-256': 32 };

/** An `EncryptedAssertion` for whoever has the key of `to`. */
export function encryptAssertion(assertion: string, to: SamlKeys, options: EncryptOptions = {}): string {
  const { cipher = 'aes-256-gcm', wrap = 'rsa-oaep-mgf1p' } = options;
  const key = randomBytes(keyLengths[cipher.slice(0, 7)] ?? 32);
  const bytes = cipher.endsWith('gcm') ? gcm(assertion, cipher, key, options) : cbc(assertion, cipher, key);
  const family = cipher.endsWith('gcm') ? '2009/xmlenc11' : '2001/04/xmlenc';
  const name = cipher.replace(/-(\d)/, '$1');
  const padding = wrap === 'rsa-1_5' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = publicEncrypt({ key: to.certificate, padding }, key).toString('base64');
  const value = (text: string) =>
    `<xenc:CipherData><xenc:CipherValue>${text}</xenc:CipherValue></xenc:CipherData>`;
  return [
    '<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">',
    '<xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">',
    `<xenc:EncryptionMethod Algorithm="http://www.w3.org/${family}#${name}"/>`,
    '<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>',
    `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#${wrap}"/>`,
    value(wrapped),
    '</xenc:EncryptedKey></ds:KeyInfo>',
    value(bytes.toString('base64')),
    '</xenc:EncryptedData></saml:EncryptedAssertion>',
  ].join('');
}

function gcm(text: string, cipher: string, key: Buffer, { tamper, shortTag }: EncryptOptions): Buffer {
  const iv = randomBytes(12);
  const encrypt = createCipheriv(cipher as 'aes-256-gcm', key, iv);
  const body = Buffer.concat([encrypt.update(text), encrypt.final()]);
  if (tamper) body[40] = (body[40] ?? 0) ^ 1;
  const tag = encrypt.getAuthTag();
  return Buffer.concat([iv, body, shortTag ? tag.subarray(0, 4) : tag]);
}

function cbc(text: string, cipher: string, key: Buffer): Buffer {
  const iv = randomBytes(16);
  const encrypt = createCipheriv(cipher, key, iv);
  return Buffer.concat([iv, encrypt.update(text), encrypt.final()]);
}

/** For a `KeyInfo` by hand. */
export function x509Data(keys: SamlKeys): string {
  return `<ds:X509Data><ds:X509Certificate>${bareCertificate(keys)}</ds:X509Certificate></ds:X509Data>`;
}
