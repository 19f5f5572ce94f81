/** An answer of an identity provider before it is signed: every field can be replaced, or left out with null. */

export interface SamlDraft {
  readonly response: {
    readonly ID: string | null;
    readonly Version: string | null;
    readonly IssueInstant: string | null;
    readonly Destination: string | null;
    readonly InResponseTo: string | null;
  };
  readonly responseIssuer: string | null;
  /** The whole element. */
  readonly status: string | null;
  readonly assertion: {
    readonly ID: string | null;
    readonly Version: string | null;
    readonly IssueInstant: string | null;
  };
  readonly assertionIssuer: string | null;
  /** Whole elements, each. */
  readonly nameId: string | null;
  readonly confirmations: readonly Confirmation[];
  readonly conditions: Attributes | null;
  readonly audiences: readonly (readonly string[])[];
  /** More conditions, as XML. */
  readonly moreConditions: string;
  readonly authn: Attributes | null;
  readonly context: string | null;
  /** As XML: the whole statement. */
  readonly attributes: string;
}

export type Attributes = Readonly<Record<string, string | null>>;

export interface Confirmation {
  readonly method: string | null;
  readonly data: Attributes | null;
}

/** What a good answer is made of. */
export interface SamlTarget {
  readonly idp: string;
  readonly audience: string;
  readonly acs: string;
  readonly request: string;
  readonly now: Date;
}

export interface SamlPerson {
  readonly id: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export const persistent = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';
export const bearerMethod = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
export const passwordContext = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';

let last = 0;

export function goodDraft({ idp, audience, acs, request, now }: SamlTarget, person: SamlPerson): SamlDraft {
  last += 1;
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
  return {
    response: {
      ID: `_response-${last}`,
      Version: '2.0',
      IssueInstant: at(0),
      Destination: acs,
      InResponseTo: request,
    },
    responseIssuer: idp,
    status: statusXml('Success'),
    assertion: { ID: `_assertion-${last}`, Version: '2.0', IssueInstant: at(0) },
    assertionIssuer: idp,
    nameId: nameIdXml(person.id),
    confirmations: [
      { method: bearerMethod, data: { Recipient: acs, InResponseTo: request, NotOnOrAfter: at(300) } },
    ],
    conditions: { NotBefore: at(-30), NotOnOrAfter: at(300) },
    audiences: [[audience]],
    moreConditions: '',
    authn: { AuthnInstant: at(-5), SessionIndex: `_session-${last}` },
    context: passwordContext,
    attributes: attributesXml(person.attributes),
  };
}

export function nameIdXml(id: string, format = persistent): string {
  return `<saml:NameID Format="${format}">${escapeXml(id)}</saml:NameID>`;
}

export function statusXml(...codes: readonly string[]): string {
  const [code = '', ...inner] = codes;
  const value = `urn:oasis:names:tc:SAML:2.0:status:${code}`;
  const below = inner.length === 0 ? '' : statusXml(...inner).replace(/<\/?samlp:Status>/g, '');
  const codeXml = `<samlp:StatusCode Value="${value}">${below}</samlp:StatusCode>`;
  return `<samlp:Status>${codeXml}</samlp:Status>`;
}

export function attributesXml(attributes: SamlPerson['attributes']): string {
  const each = Object.entries(attributes).map(([name, values]) => {
    const inner = values.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`);
    return `<saml:Attribute Name="${escapeXml(name)}">${inner.join('')}</saml:Attribute>`;
  });
  return `<saml:AttributeStatement>${each.join('')}</saml:AttributeStatement>`;
}

export function assertionXml(draft: SamlDraft): string {
  const { assertionIssuer, nameId, confirmations, conditions, authn, context } = draft;
  const restrictions = draft.audiences.map((names) => {
    const inner = names.map((name) => `<saml:Audience>${escapeXml(name)}</saml:Audience>`).join('');
    return `<saml:AudienceRestriction>${inner}</saml:AudienceRestriction>`;
  });
  const conditionsXml =
    conditions &&
    `<saml:Conditions${written(conditions)}>${restrictions.join('')}${draft.moreConditions}</saml:Conditions>`;
  const reference = context && `<saml:AuthnContextClassRef>${escapeXml(context)}</saml:AuthnContextClassRef>`;
  const authnXml =
    authn &&
    `<saml:AuthnStatement${written(authn)}><saml:AuthnContext>${reference ?? ''}</saml:AuthnContext></saml:AuthnStatement>`;
  const subject = `<saml:Subject>${nameId ?? ''}${confirmations.map(confirmationXml).join('')}</saml:Subject>`;
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${written(draft.assertion)}>`,
    issuerXml(assertionIssuer),
    subject,
    conditionsXml ?? '',
    authnXml ?? '',
    draft.attributes,
    '</saml:Assertion>',
  ].join('');
}

/** @param assertion as XML: signed, encrypted, or as it is */
export function responseXml(draft: SamlDraft, assertion: string): string {
  const names =
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
  return [
    `<samlp:Response ${names}${written(draft.response)}>`,
    issuerXml(draft.responseIssuer),
    draft.status ?? '',
    assertion,
    '</samlp:Response>',
  ].join('');
}

function confirmationXml({ method, data }: Confirmation): string {
  const inner = data === null ? '' : `<saml:SubjectConfirmationData${written(data)}/>`;
  return `<saml:SubjectConfirmation${written({ Method: method })}>${inner}</saml:SubjectConfirmation>`;
}

function issuerXml(issuer: string | null): string {
  return issuer === null ? '' : `<saml:Issuer>${escapeXml(issuer)}</saml:Issuer>`;
}

function written(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => (value === null ? '' : ` ${name}="${escapeXml(value)}"`))
    .join('');
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** An answer with something more in it, where anything may stand and nothing is signed. */
export function extended(xml: string, what: string): string {
  return xml.replace('<samlp:Status>', () => `<samlp:Extensions>${what}</samlp:Extensions><samlp:Status>`);
}

/** An answer about Jane, with something more in the middle of her name. */
export function inValue(xml: string, what: string): string {
  return xml.replace('>jane<', () => `>ja${what}ne<`);
}
