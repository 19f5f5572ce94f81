/** Signatures that are none, that are by somebody else, or that say more than a signature of SAML may. */
import { createHmac, type Hmac } from 'node:crypto';
import type { HostileCase } from './saml-cases.ts';
import { bareCertificate } from './saml-keys.ts';
import { algorithms, canonicalSignedInfo } from './saml-sign.ts';
import { elementOf } from './saml-wrapping.ts';

const group = 'cryptography';

const hmacSha1 = 'http://www.w3.org/2000/09/xmldsig#hmac-sha1';

/** The signature is made anew, over the same, by whoever can compute this. */
function resigned(xml: string, algorithm: string, mac: (signedInfo: string) => Hmac): string {
  const changed = xml.replace(algorithms.rsaSha256, algorithm);
  const value = mac(canonicalSignedInfo(changed)).digest('base64');
  return changed.replace(/(<ds:SignatureValue>)[^<]*/, (_, begin) => `${begin}${value}`);
}

export const cryptographyCases: readonly HostileCase[] = [
  {
    group,
    name: 'nothing is signed',
    answer: ({ good }) => good({ signs: 'nothing' }),
    refusal: /neither the response nor the assertion is signed/,
  },
  {
    group,
    name: 'changed after it was signed',
    answer: ({ good }) => good().replace('>jane<', '>root<'),
    refusal: /does not fit what it is over/,
  },
  {
    group,
    name: 'changed after it was signed, signed response',
    answer: ({ good }) => good({ signs: 'response' }).replace('>jane<', '>root<'),
    refusal: /does not fit what it is over/,
  },
  {
    group,
    name: 'the inner signature is broken, the outer one fits',
    answer: ({ good, idp }) => {
      const broken = good().replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA');
      return idp.sign(broken, 'Response');
    },
    refusal: /does not fit any of the certificates/,
  },
  {
    group,
    name: 'signed by a stranger, who brings the certificate along',
    answer: ({ good, stranger }) => good({ keys: stranger }),
    refusal: /certificate that is not configured/,
  },
  {
    group,
    name: 'signed by a stranger, without a certificate',
    answer: ({ good, stranger }) => good({ keys: stranger, sign: { names: null } }),
    refusal: /does not fit any of the certificates/,
  },
  {
    group,
    name: 'signed by a stranger, over what takes long to be canonicalized',
    answer: ({ good, stranger }) => {
      const many = `<a${Array.from({ length: 99 }, (_, at) => ` a${at}=""`).join('')}/>`.repeat(100);
      const xml = good({ keys: stranger, sign: { names: null } });
      return xml.replace('<saml:AuthnStatement', (begin) => `${many}${begin}`);
    },
    refusal: /does not fit any of the certificates/,
  },
  {
    group,
    name: "signed by a stranger, who names the provider's certificate",
    answer: ({ good, stranger, idp }) => good({ keys: stranger, sign: { names: idp.keys } }),
    refusal: /does not fit any of the certificates/,
  },
  {
    group,
    name: "a stranger's certificate beside the provider's",
    answer: ({ good, stranger, idp }) => {
      const both = `<ds:X509Certificate>${bareCertificate(stranger)}</ds:X509Certificate><ds:X509Certificate>${bareCertificate(idp.keys)}</ds:X509Certificate>`;
      return good({ keys: stranger }).replace(/<ds:X509Certificate>.*<\/ds:X509Certificate>/, () => both);
    },
    refusal: /does not fit any of the certificates/,
  },
  {
    group,
    name: 'a key that is to be fetched from somewhere',
    answer: ({ good }) =>
      good().replace('<ds:KeyInfo>', '<ds:KeyInfo><ds:RetrievalMethod URI="https://evil.example/key"/>'),
    refusal: /fetched from somewhere/,
  },
  {
    group,
    name: 'the name of a key, in another namespace',
    answer: ({ good }) =>
      good().replace('<ds:KeyInfo>', '<ds:KeyInfo><x:KeyName xmlns:x="urn:x">a</x:KeyName>'),
    refusal: /fetched from somewhere/,
  },
  {
    group,
    name: 'a thousand certificates of strangers',
    answer: ({ good, stranger }) =>
      good({ keys: stranger }).replace(/<ds:X509Certificate>.*<\/ds:X509Certificate>/, () =>
        '<ds:X509Certificate>AAAA</ds:X509Certificate>'.repeat(1_000),
      ),
    refusal: /certificate that is not configured/,
  },
  {
    group,
    name: 'two KeyInfo',
    answer: ({ good }) => good().replace('<ds:KeyInfo>', '<ds:KeyInfo/><ds:KeyInfo>'),
    refusal: /more in it/,
  },
  {
    group,
    name: 'ECDSA, of a key that signs with RSA',
    answer: ({ good }) =>
      good().replace(algorithms.rsaSha256, 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'),
    refusal: /SignatureMethod .* is not accepted/,
  },
  {
    group,
    name: 'RSA with SHA-1',
    answer: ({ good }) => good({ sign: { algorithm: algorithms.rsaSha1 } }),
    refusal: /SignatureMethod .* is not accepted/,
  },
  {
    group,
    name: 'a digest by SHA-1',
    answer: ({ good }) => good({ sign: { digest: algorithms.sha1 } }),
    refusal: /DigestMethod .* is not accepted/,
  },
  {
    group,
    name: 'an HMAC with the public certificate as its key',
    answer: ({ good, idp }) =>
      resigned(good(), hmacSha1, (info) => createHmac('sha1', idp.keys.certificate).update(info)),
    refusal: /SignatureMethod .* is not accepted/,
  },
  {
    group,
    name: 'an HMAC of no length',
    answer: ({ good }) =>
      good().replace(
        /<ds:SignatureMethod Algorithm="[^"]+"\/>/,
        `<ds:SignatureMethod Algorithm="${algorithms.rsaSha256}"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>`,
      ),
    refusal: /has parameters/,
  },
  {
    group,
    name: 'inclusive canonicalization',
    answer: ({ good }) => good({ sign: { canonicalization: algorithms.inclusive } }),
    refusal: /CanonicalizationMethod .* is not accepted/,
  },
  {
    group,
    name: 'canonicalization with comments',
    answer: ({ good }) =>
      good({ sign: { transforms: [algorithms.enveloped, algorithms.exclusiveWithComments] } }),
    refusal: /Transform .* is not accepted/,
  },
  {
    group,
    name: 'an XPath transform',
    answer: ({ good }) =>
      good().replace(
        `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
        '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>',
      ),
    refusal: /Transform .* is not accepted/,
  },
  {
    group,
    name: 'an XSLT transform',
    answer: ({ good }) =>
      good().replace(
        '<ds:Transforms>',
        '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
      ),
    refusal: /Transform|more in it/,
  },
  {
    group,
    name: 'a list of a thousand inclusive namespaces',
    answer: ({ good }) => good({ sign: { inclusive: Array.from({ length: 1_000 }, (_, at) => `p${at}`) } }),
    refusal: /PrefixList has more than/,
  },
  {
    group,
    name: 'something inside the list of inclusive namespaces',
    answer: ({ good }) =>
      good({ sign: { inclusive: ['saml'] } }).replaceAll(
        /(<InclusiveNamespaces[^>]*)\/>/g,
        '$1><ds:SignatureValue>AAAA</ds:SignatureValue></InclusiveNamespaces>',
      ),
    refusal: /has something in it/,
  },
  {
    group,
    name: 'no transforms at all',
    answer: ({ good }) => good().replace(/<ds:Transforms>.*<\/ds:Transforms>/, ''),
    refusal: /no Transforms/,
  },
  {
    group,
    name: 'two References',
    answer: ({ good }) => {
      const xml = good();
      const reference = elementOf(xml, 'ds:Reference');
      return xml.replace(reference, () => reference + reference);
    },
    refusal: /more in it/,
  },
  {
    group,
    name: 'two SignedInfo',
    answer: ({ good }) => {
      const xml = good();
      const info = elementOf(xml, 'ds:SignedInfo');
      return xml.replace(info, () => info + info);
    },
    refusal: /where it belongs|more in it/,
  },
  {
    group,
    name: 'a second SignedInfo inside the first',
    answer: ({ good }) => {
      const xml = good();
      const info = elementOf(xml, 'ds:SignedInfo');
      return xml.replace('</ds:SignedInfo>', () => `${info}</ds:SignedInfo>`);
    },
    refusal: /where it does not belong|more in it/,
  },
  {
    group,
    name: 'a second SignedInfo inside KeyInfo',
    answer: ({ good }) => {
      const xml = good();
      return xml.replace('<ds:KeyInfo>', () => `<ds:KeyInfo>${elementOf(xml, 'ds:SignedInfo')}`);
    },
    refusal: /where it does not belong/,
  },
  {
    group,
    name: 'two DigestValues',
    answer: ({ good }) =>
      good().replace('<ds:DigestValue>', '<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>'),
    refusal: /more in it/,
  },
  {
    group,
    name: 'an element inside DigestValue',
    answer: ({ good }) => good().replace('<ds:DigestValue>', '<ds:DigestValue><x/>'),
    refusal: /not base64/,
  },
  {
    group,
    name: 'a reference to the whole document',
    answer: ({ good }) => good().replace(/<ds:Reference URI="[^"]+"/, '<ds:Reference URI=""'),
    refusal: /empty URI|not over the element/,
  },
  {
    group,
    name: 'a reference by XPointer',
    answer: ({ good }) =>
      good().replace(/<ds:Reference URI="#([^"]+)"/, '<ds:Reference URI="#xpointer(id(\'$1\'))"'),
    refusal: /not over the element/,
  },
  {
    group,
    name: 'a reference to another computer',
    answer: ({ good }) =>
      good().replace(/<ds:Reference URI="[^"]+"/, '<ds:Reference URI="https://evil.example/"'),
    refusal: /not over the element/,
  },
  {
    group,
    name: 'an id that would be a path',
    answer: ({ good }) => good().replace(/ ID="_assertion[^"]+"/, ` ID="x' or '1'='1"`),
    refusal: /id that is none/,
  },
  {
    group,
    name: 'an object inside the signature',
    answer: ({ good }) => good().replace('</ds:Signature>', '<ds:Object/></ds:Signature>'),
    refusal: /more in it/,
  },
];
