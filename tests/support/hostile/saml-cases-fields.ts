/** Each field of response and assertion, wrong or missing, one at a time; all of it properly signed. */
import type { HostileCase } from './saml-cases.ts';
import { nameIdXml, type SamlDraft, statusXml } from './saml-draft.ts';

const group = 'fields';

function row(
  name: string,
  change: (draft: SamlDraft, at: (seconds: number) => string) => SamlDraft,
  refusal: RegExp,
  code?: HostileCase['code'],
): HostileCase {
  return {
    group,
    name,
    refusal,
    ...(code && { code }),
    answer: ({ good, now }) => {
      const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
      return good({ signs: 'both', change: (draft) => change(draft, at) });
    },
  };
}

/** The signature of the assertion alone; what is wrong stands around it. */
const unsigned = signedBy('assertion');
/** Of the response alone, where the assertion could not be signed. */
const signedResponse = signedBy('response');

function signedBy(signs: 'assertion' | 'response') {
  return (name: string, change: (draft: SamlDraft) => SamlDraft, refusal: RegExp): HostileCase => ({
    group,
    name,
    refusal,
    answer: ({ good }) => good({ signs, change }),
  });
}

const response = (change: Partial<SamlDraft['response']>) => (draft: SamlDraft) => ({
  ...draft,
  response: { ...draft.response, ...change },
});
const assertion = (change: Partial<SamlDraft['assertion']>) => (draft: SamlDraft) => ({
  ...draft,
  assertion: { ...draft.assertion, ...change },
});

function qualified(nameId: string | null, attribute: string): string {
  return (nameId ?? '').replace('<saml:NameID ', `<saml:NameID ${attribute} `);
}

export const fieldCases: readonly HostileCase[] = [
  row('response of version 1.1', response({ Version: '1.1' }), /not of version 2.0/),
  row('response without a version', response({ Version: null }), /no Version/),
  row('response without a moment', response({ IssueInstant: null }), /no IssueInstant/),
  row('response with a moment that is none', response({ IssueInstant: 'today' }), /not a moment/),
  row(
    'response with a moment in local time',
    response({ IssueInstant: '2026-01-01T12:00:00' }),
    /not a moment/,
  ),
  row('response from the future', (draft, at) => response({ IssueInstant: at(120) })(draft), /in the future/),
  row(
    'response from before the request',
    (draft, at) => response({ IssueInstant: at(-3_600) })(draft),
    /before the request/,
  ),
  row(
    'another Destination: the ACS of another connector',
    (draft) => response({ Destination: `${draft.response.Destination}-other` })(draft),
    /Destination is/,
  ),
  row(
    'a Destination that only begins like ours',
    (draft) => response({ Destination: `${draft.response.Destination}/../x` })(draft),
    /Destination is/,
  ),
  row('no Destination', response({ Destination: null }), /Destination is/),
  row('another request', response({ InResponseTo: '_of-somebody-else' }), /answers another request/),
  row('no request: sent unasked', response({ InResponseTo: null }), /sent unasked/),
  row(
    'Issuer of the response: somebody else',
    (draft) => ({ ...draft, responseIssuer: 'https://evil.example' }),
    /Issuer of Response/,
  ),
  row(
    'status: failed, with an assertion',
    (draft) => ({ ...draft, status: statusXml('Responder') }),
    /status Responder/,
    'unavailable',
  ),
  row(
    'status: denied, with an assertion',
    (draft) => ({ ...draft, status: statusXml('Responder', 'AuthnFailed') }),
    /status Responder \/ AuthnFailed/,
    'denied',
  ),
  row(
    'status: success below a failure',
    (draft) => ({ ...draft, status: statusXml('Requester', 'Success') }),
    /status Requester/,
    'misconfigured',
  ),
  row('no status', (draft) => ({ ...draft, status: null }), /no Status/),
  row(
    'two statuses, the first of them good',
    (draft) => ({ ...draft, status: `${statusXml('Success')}${statusXml('Responder')}` }),
    /where it does not belong/,
  ),
  row('a status without a code', (draft) => ({ ...draft, status: '<samlp:Status/>' }), /no StatusCode/),
  row(
    'a code that is none',
    (draft) => ({ ...draft, status: '<samlp:Status><samlp:StatusCode/></samlp:Status>' }),
    /StatusCode has no Value/,
  ),
  unsigned('response without an id', response({ ID: null }), /Response has no ID/),
  unsigned('response with an id that is none', response({ ID: '1' }), /id that is none/),
  unsigned(
    'response with the id of the assertion',
    (draft) => response({ ID: draft.assertion.ID })(draft),
    /same id/,
  ),
  {
    group,
    name: 'Issuer of the signed response: none',
    answer: ({ good }) => good({ signs: 'response' }).replace(/<saml:Issuer>[^<]*<\/saml:Issuer>/, ''),
    refusal: /where it does not belong/,
  },
  signedResponse('assertion without an id', assertion({ ID: null }), /Assertion has no ID/),
  signedResponse(
    'Issuer of the assertion: none',
    (draft) => ({ ...draft, assertionIssuer: null }),
    /Assertion has no Issuer/,
  ),
  row('assertion of version 1.1', assertion({ Version: '1.1' }), /not of version 2.0/),
  row('assertion without a moment', assertion({ IssueInstant: null }), /no IssueInstant/),
  row(
    'assertion from the future',
    (draft, at) => assertion({ IssueInstant: at(120) })(draft),
    /in the future/,
  ),
  row(
    'assertion from before the request',
    (draft, at) => assertion({ IssueInstant: at(-3_600) })(draft),
    /before the request/,
  ),
  row(
    'Issuer of the assertion: somebody else',
    (draft) => ({ ...draft, assertionIssuer: 'https://evil.example' }),
    /Issuer of Assertion/,
  ),
  row(
    'Issuer of the assertion: the same in capitals',
    (draft) => ({ ...draft, assertionIssuer: (draft.assertionIssuer ?? '').toUpperCase() }),
    /Issuer of Assertion/,
  ),
  row('no NameID', (draft) => ({ ...draft, nameId: '' }), /no NameID/),
  row('an empty NameID', (draft) => ({ ...draft, nameId: nameIdXml(' ') }), /NameID is empty/),
  row(
    'two NameIDs',
    (draft) => ({ ...draft, nameId: `${draft.nameId}${nameIdXml('mallory')}` }),
    /more than one NameID/,
  ),
  row(
    'an element inside the NameID',
    (draft) => ({ ...draft, nameId: (draft.nameId ?? '').replace('-id', '<b/>-id') }),
    /elements where text/,
  ),
  row(
    'a line break inside the NameID',
    (draft) => ({ ...draft, nameId: nameIdXml('jane&#10;admin').replace('&amp;', '&') }),
    /control characters/,
  ),
  row(
    'a transient NameID as the id',
    (draft) => ({
      ...draft,
      nameId: nameIdXml('_t', 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'),
    }),
    /may be somebody else's tomorrow/,
    'misconfigured',
  ),
  row(
    'an e-mail address as the id',
    (draft) => ({
      ...draft,
      nameId: nameIdXml('jane@example.com', 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'),
    }),
    /may be somebody else's tomorrow/,
    'misconfigured',
  ),
  row(
    'an id of another identity provider, which is passed on',
    (draft) => ({ ...draft, nameId: qualified(draft.nameId, 'NameQualifier="https://other-idp.example"') }),
    /qualified by "https:\/\/other-idp.example" \(NameQualifier\)/,
    'misconfigured',
  ),
  row(
    'an id that was made for another service provider',
    (draft) => ({ ...draft, nameId: qualified(draft.nameId, 'SPNameQualifier="https://other.example"') }),
    /qualified by "https:\/\/other.example" \(SPNameQualifier\)/,
    'misconfigured',
  ),
  row(
    'a NameID that is encrypted',
    (draft) => ({ ...draft, nameId: '<saml:EncryptedID/>' }),
    /encrypts the NameID/,
    'misconfigured',
  ),
  row('a base id instead of a NameID', (draft) => ({ ...draft, nameId: '<saml:BaseID/>' }), /no NameID/),
  row(
    'an attribute that is encrypted, and could be the groups',
    (draft) => ({
      ...draft,
      attributes: draft.attributes.replace('</saml:AttributeStatement>', '<saml:EncryptedAttribute/>$&'),
    }),
    /attribute is encrypted/,
  ),
  row(
    'an attribute without a name',
    (draft) => ({ ...draft, attributes: draft.attributes.replace(/ Name="groups"/, '') }),
    /Attribute has no Name/,
  ),
  row(
    'two AuthnStatements',
    (draft) => ({ ...draft, attributes: `<saml:AuthnStatement/>${draft.attributes}` }),
    /more than one AuthnStatement/,
  ),
  row(
    'no AuthnContext',
    (draft) => ({
      ...draft,
      authn: null,
      attributes: `<saml:AuthnStatement AuthnInstant="2026-01-01T12:00:00Z"/>${draft.attributes}`,
    }),
    /no AuthnContext/,
  ),
  row('no AuthnStatement', (draft) => ({ ...draft, authn: null }), /no AuthnStatement/),
  row(
    'authentication in the future',
    (draft, at) => ({ ...draft, authn: { AuthnInstant: at(120) } }),
    /AuthnInstant .* in the future/,
  ),
  row(
    'authentication without a moment',
    (draft) => ({ ...draft, authn: { SessionIndex: '_s' } }),
    /no AuthnInstant/,
  ),
  row(
    "the provider's session is over",
    (draft, at) => ({ ...draft, authn: { AuthnInstant: at(-5), SessionNotOnOrAfter: at(-120) } }),
    /SessionNotOnOrAfter .* in the past/,
  ),
];
