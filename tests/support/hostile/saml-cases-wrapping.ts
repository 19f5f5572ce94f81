/** The wrong element is read: signature wrapping, several assertions, duplicate ids, stray signatures. */
import type { HostileCase } from './saml-cases.ts';
import { elementOf, wrapAssertion, wrappings, wrapResponse } from './saml-wrapping.ts';

const group = 'wrapping';
const toMallory = (xml: string) => xml.replaceAll('jane', 'mallory');
const structure =
  /several assertions|where it does not belong|several signatures|more in it|not over the element|same id/;

export const wrappingCases: readonly HostileCase[] = [
  ...wrappings.map((form) => ({
    group,
    name: `XSW ${form}, signed assertion`,
    answer: ({ good }: Parameters<HostileCase['answer']>[0]) => wrapAssertion(good(), form, toMallory),
    refusal: structure,
  })),
  ...wrappings.map((form) => ({
    group,
    name: `XSW ${form}, signed response`,
    answer: ({ good }: Parameters<HostileCase['answer']>[0]) =>
      wrapResponse(good({ signs: 'response' }), form, toMallory),
    refusal: structure,
  })),
  {
    group,
    name: 'two signed assertions',
    answer: ({ good }) => {
      const [one, other] = [good(), good()];
      return one.replace('</samlp:Response>', () => `${elementOf(other, 'saml:Assertion')}</samlp:Response>`);
    },
    refusal: /several assertions|where it does not belong/,
  },
  {
    group,
    name: 'the forged assertion has the id of the signed one',
    answer: ({ good }) => {
      const xml = good();
      const assertion = elementOf(xml, 'saml:Assertion');
      const forged = toMallory(assertion).replace(elementOf(assertion, 'ds:Signature'), '');
      return xml.replace(
        '<samlp:Status>',
        () => `<samlp:Extensions>${forged}</samlp:Extensions><samlp:Status>`,
      );
    },
    refusal: /same id/,
  },
  {
    group,
    name: 'another element has the id of the signed one, in another spelling',
    answer: ({ good }) => {
      const xml = good();
      const id = /<saml:Assertion[^>]*\sID="([^"]+)"/.exec(xml)?.[1];
      return xml.replace('<samlp:StatusCode ', `<samlp:StatusCode Id="${id}" `);
    },
    refusal: /same id/,
  },
  {
    group,
    name: 'an element with two ids',
    answer: ({ good }) => good().replace(' ID="_assertion', ' id="_b" ID="_assertion'),
    refusal: /more than one id/,
  },
  {
    group,
    name: 'an assertion inside Advice',
    answer: ({ good }) => {
      const xml = good();
      const forged = toMallory(elementOf(xml, 'saml:Assertion')).replace(/ ID="[^"]+"/, ' ID="_c"');
      const advice = `<saml:Advice>${forged.replace(elementOf(forged, 'ds:Signature'), '')}</saml:Advice>`;
      return xml.replace('<saml:AuthnStatement', () => `${advice}<saml:AuthnStatement`);
    },
    refusal: /several assertions/,
  },
  {
    group,
    name: 'the signature is the last child of what it signs',
    answer: ({ good }) => {
      const xml = good();
      const signature = elementOf(xml, 'ds:Signature');
      return xml.replace(signature, '').replace('</saml:Assertion>', () => `${signature}</saml:Assertion>`);
    },
    refusal: /where it does not belong/,
  },
  {
    group,
    name: 'the signature of the assertion stands in the response',
    answer: ({ good }) => {
      const xml = good();
      const signature = elementOf(xml, 'ds:Signature');
      return xml.replace(signature, '').replace('</saml:Issuer>', () => `</saml:Issuer>${signature}`);
    },
    refusal: /not over the element/,
  },
  {
    group,
    name: 'two signatures over one assertion',
    answer: ({ good }) => {
      const xml = good();
      const signature = elementOf(xml, 'ds:Signature');
      return xml.replace(signature, () => signature + signature);
    },
    refusal: /several signatures/,
  },
  {
    group,
    name: 'the response is inside another document',
    answer: ({ good }) => `<wrap>${good()}</wrap>`,
    refusal: /not a SAML 2.0 response/,
  },
  {
    group,
    name: 'a bare assertion',
    answer: ({ good }) => elementOf(good(), 'saml:Assertion'),
    refusal: /not a SAML 2.0 response/,
  },
];
