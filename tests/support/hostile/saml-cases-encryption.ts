/** Encrypted assertions: ciphers that are oracles, and what stands inside where nobody looked before. */
import type { HostileCase, HostileStage } from './saml-cases.ts';
import { encryptAssertion } from './saml-sign.ts';
import { elementOf, wrapAssertion, wrappings } from './saml-wrapping.ts';

const group = 'encryption';
const toMallory = (xml: string) => xml.replaceAll('jane', 'mallory');
const end = '</saml:EncryptedAssertion>';

/** A good answer, of which the assertion is changed before it is encrypted. */
function sealed({ good, ours }: HostileStage, change: (assertion: string) => string): string {
  const xml = good();
  const assertion = elementOf(xml, 'saml:Assertion');
  return xml.replace(assertion, () => encryptAssertion(change(assertion), ours));
}

/** What stands where the assertion should. */
function insideOf(xml: string): string {
  const [, inside = ''] = /<\/samlp:Status>(.*)<\/samlp:Response>/s.exec(xml) ?? [];
  return inside;
}

export const encryptionCases: readonly HostileCase[] = [
  {
    group,
    name: 'encrypted with AES-CBC',
    answer: ({ good, ours }) => good({ encryptTo: ours, encrypt: { cipher: 'aes-256-cbc' } }),
    refusal: /AES-GCM/,
    code: 'misconfigured',
  },
  {
    group,
    name: 'a key that is encrypted with PKCS #1 v1.5',
    answer: ({ good, ours }) => good({ encryptTo: ours, encrypt: { wrap: 'rsa-1_5' } }),
    refusal: /RSA-OAEP/,
    code: 'misconfigured',
  },
  {
    group,
    name: 'a ciphertext with one bit turned over',
    answer: ({ good, ours }) => good({ encryptTo: ours, encrypt: { tamper: true } }),
    refusal: /cannot be decrypted/,
  },
  {
    group,
    name: 'a tag of four bytes, which is guessed soon',
    answer: ({ good, ours }) => good({ encryptTo: ours, encrypt: { shortTag: true } }),
    refusal: /cannot be decrypted/,
  },
  {
    group,
    name: 'encrypted for somebody else',
    answer: ({ good, stranger }) => good({ encryptTo: stranger }),
    refusal: /cannot be decrypted/,
  },
  {
    group,
    name: 'encrypted, and signed by nobody',
    answer: ({ good, ours }) => good({ encryptTo: ours, signs: 'nothing' }),
    refusal: /neither the response nor the assertion is signed/,
  },
  {
    group,
    name: 'encrypted, and signed by a stranger',
    answer: ({ good, ours, stranger }) => good({ encryptTo: ours, keys: stranger }),
    refusal: /certificate that is not configured/,
  },
  // Form 7 needs the elements of a response.
  ...wrappings
    .filter((form) => form !== 7)
    .map((form) => ({
      group,
      name: `XSW ${form}, inside the encryption`,
      answer: (stage: HostileStage) =>
        sealed(stage, () => insideOf(wrapAssertion(stage.good(), form, toMallory))),
      refusal: /several assertions|more in it|not over the element|where it does not belong|beside the root/,
    })),
  {
    group,
    name: 'changed before it was encrypted',
    answer: (stage) => sealed(stage, toMallory),
    refusal: /does not fit what it is over/,
  },
  {
    group,
    name: 'the signature of the plain assertion beside an encrypted one that has none',
    answer: (stage) => {
      const xml = stage.good();
      const signature = elementOf(xml, 'ds:Signature');
      const forged = toMallory(elementOf(xml, 'saml:Assertion').replace(signature, ''));
      return xml.replace(
        '</samlp:Response>',
        () => `${encryptAssertion(forged, stage.ours)}</samlp:Response>`,
      );
    },
    refusal: /several assertions/,
  },
  {
    group,
    name: 'two encrypted assertions',
    answer: ({ good, ours }) => {
      const xml = good({ encryptTo: ours });
      return xml.replace(
        '</samlp:Response>',
        () => `${elementOf(xml, 'saml:EncryptedAssertion')}</samlp:Response>`,
      );
    },
    refusal: /where it does not belong|several assertions/,
  },
  {
    group,
    name: 'an encrypted assertion inside an encrypted one',
    answer: (stage) => sealed(stage, (assertion) => encryptAssertion(assertion, stage.ours)),
    refusal: /not an assertion/,
  },
  {
    group,
    name: 'DOCTYPE inside the encryption',
    answer: (stage) => sealed(stage, (assertion) => `<!DOCTYPE a [<!ENTITY e "x">]>${assertion}`),
    refusal: /document type/,
  },
  {
    group,
    name: 'a comment inside the encryption',
    answer: (stage) => sealed(stage, (assertion) => assertion.replace('jane-id', 'jane<!-- -->-id')),
    refusal: /comment/,
  },
  {
    group,
    name: 'no XML inside the encryption',
    answer: (stage) => sealed(stage, () => 'jane'),
    refusal: /no root/,
  },
  {
    group,
    name: 'five keys, each of which costs a decryption',
    answer: ({ good, ours }) => {
      const xml = good({ encryptTo: ours });
      const key = elementOf(xml, 'xenc:EncryptedKey');
      return xml.replace(key, () => key.repeat(5));
    },
    refusal: /too many, encrypted keys/,
  },
  {
    group,
    name: 'no key',
    answer: ({ good, ours }) =>
      good({ encryptTo: ours }).replace(/<xenc:EncryptedKey>.*<\/xenc:EncryptedKey>/, ''),
    refusal: /no, or too many, encrypted keys/,
  },
  {
    group,
    name: 'a ciphertext that is to be fetched from somewhere',
    answer: ({ good, ours }) =>
      good({ encryptTo: ours }).replace(
        /<xenc:CipherValue>[^<]*<\/xenc:CipherValue>(<\/xenc:CipherData><\/xenc:EncryptedData>)/,
        '<xenc:CipherReference URI="https://evil.example/"/>$1',
      ),
    refusal: /no CipherValue/,
  },
  {
    group,
    name: 'data that is encrypted twice',
    answer: ({ good, ours }) => {
      const xml = good({ encryptTo: ours });
      const data = elementOf(xml, 'xenc:EncryptedData');
      return xml.replace(
        end,
        () => `${data.replace('<xenc:EncryptedData', '<xenc:EncryptedData Id="_d"')}${end}`,
      );
    },
    refusal: /more than one EncryptedData/,
  },
  {
    group,
    name: 'RSA-OAEP with a mask of another hash',
    answer: ({ good, ours }) =>
      good({ encryptTo: ours }).replace(
        '#rsa-oaep-mgf1p"/>',
        '#rsa-oaep-mgf1p"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/></xenc:EncryptionMethod>',
      ),
    refusal: /two hashes differ/,
    code: 'misconfigured',
  },
];
