/** Attack: a message about signing out that only looks as if the provider had signed it. */
import { createSign, createVerify } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { signPart } from '../../../../tests/support/hostile/saml-sign.ts';
import { elementOf } from '../../../../tests/support/hostile/saml-wrapping.ts';
import { idpKeys } from '../testing/played-provider.ts';
import { receive } from './receive.ts';

const sha = (name: string) => `http://www.w3.org/2001/04/xmldsig-more#rsa-${name}`;
const sha1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';

function message(nameId = 'jane-id', id = '_logout'): string {
  const names =
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
  return `<samlp:LogoutRequest ${names} ID="${id}" Version="2.0"><saml:Issuer>idp</saml:Issuer><saml:NameID>${nameId}</saml:NameID></samlp:LogoutRequest>`;
}

const signature = (algorithm: string, text: string) =>
  createSign(algorithm).update(text).sign(idpKeys.key, 'base64');
const packed = (xml: string | Buffer) => encodeURIComponent(deflateRawSync(xml).toString('base64'));

function byRedirect(query: string) {
  return receive({ method: 'GET', params: new URLSearchParams(query), query }, [idpKeys.certificate]);
}

function byPost(xml: string) {
  const params = new URLSearchParams({ SAMLRequest: Buffer.from(xml).toString('base64') });
  return receive({ method: 'POST', params }, [idpKeys.certificate]);
}

/** Properly signed, with any algorithm and in any order. */
function signed(parts: readonly string[], algorithm = 'RSA-SHA256', name = sha('sha256')): string {
  const text = [...parts, `SigAlg=${encodeURIComponent(name)}`].join('&');
  return `${text}&Signature=${encodeURIComponent(signature(algorithm, text))}`;
}

describe('a message by redirect', () => {
  const request = `SAMLRequest=${packed(message())}`;

  test.each([
    ['RSA-SHA256', sha('sha256')],
    ['RSA-SHA512', sha('sha512')],
  ])('counts with %s', (algorithm, name) => {
    expect(byRedirect(signed([request], algorithm, name)).message.localName).toBe('LogoutRequest');
  });

  const whole = signed([request]);
  const stolen = whole.split('&').slice(1).join('&');
  test.each([
    ['with SHA-1, though the signature fits', signed([request], 'RSA-SHA1', sha1), /not with RSA and SHA-2/],
    ['with an HMAC', whole.replace(/SigAlg=[^&]*/, 'SigAlg=hmac'), /not with RSA and SHA-2/],
    ['without an algorithm', whole.replace(/&SigAlg=[^&]*/, ''), /not signed/],
    ['with an empty signature', whole.replace(/Signature=.*/, 'Signature='), /not signed/],
    ['with the signature of another', `SAMLRequest=${packed(message('john-id'))}&${stolen}`, /does not fit/],
    ['as an answer instead', whole.replace('SAMLRequest', 'SAMLResponse'), /does not fit/],
    ['together with an answer', `${whole}&SAMLResponse=${packed(message())}`, /not one message/],
    ['twice', `${request}&${whole}`, /not one message/],
    ['with a RelayState that was not signed', `${whole}&RelayState=x`, /does not fit/],
    ['whose name has escapes', `%53AMLRequest=${packed(message('john-id'))}&${stolen}`, /escapes/],
    ['that is a bomb', signed([`SAMLRequest=${packed(Buffer.alloc(30_000_000))}`]), /unpacked|too long/],
    ['that is not packed', signed([`SAMLRequest=${encodeURIComponent(btoa(message()))}`]), /unpacked/],
  ])('does not count %s', (_, query, reason) => {
    expect(() => byRedirect(query)).toThrow(reason);
  });
});

describe('a message by POST', () => {
  const original = signPart(message(), 'LogoutRequest', idpKeys);

  test('counts with a signature over all of it', () => {
    expect(byPost(original).message.localName).toBe('LogoutRequest');
  });

  const signatureElement = elementOf(original, 'ds:Signature');
  const unsigned = original.replace(signatureElement, '');
  const around = (inner: string, id?: string) =>
    message('john-id', id).replace('</saml:Issuer>', () => `</saml:Issuer>${inner}`);
  test.each([
    ['about another person', original.replace('jane-id', 'john-id'), /does not fit/],
    ['around one that is signed', around(original, '_forged'), /not signed/],
    [
      'that has the signature of one inside',
      around(signatureElement + unsigned, '_forged'),
      /not over the element/,
    ],
    [
      'that has the signature of one inside the signature',
      around(
        signatureElement.replace('</ds:Signature>', () => `${unsigned}</ds:Signature>`),
        '_forged',
      ),
      /more in it/,
    ],
    ['that has its id too', around(signatureElement + unsigned), /same id/],
    [
      'with two signatures',
      around(signatureElement + signatureElement),
      /several signatures|more than one Signature/,
    ],
    ['with SHA-1', signPart(message(), 'LogoutRequest', idpKeys, { algorithm: sha1 }), /is not accepted/],
    ['with an end tag in a name', original.replace('jane-id', 'jane</x>-id'), /not well-formed/],
  ])('does not count %s', (_, xml, reason) => {
    expect(() => byPost(xml)).toThrow(reason);
  });
});

test('the signature that is refused for SHA-1 is one that fits', () => {
  const [text = '', value = ''] = signed(['SAMLRequest=x'], 'RSA-SHA1', sha1).split('&Signature=');
  const verify = createVerify('RSA-SHA1').update(text);
  expect(verify.verify(idpKeys.certificate, decodeURIComponent(value), 'base64')).toBe(true);
});
