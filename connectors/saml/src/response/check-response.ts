/**
 * Checks an answer of the identity provider, and reads it.
 *
 * The order: text, parser, structure, signatures; then everything else, from the bytes that a signature covers. The
 * response around a signed assertion may be unsigned; what it says can make us refuse, and nothing else.
 */
import { ns } from '../names.ts';
import { quote, refuse } from '../refusal.ts';
import { attributeOf, childOf, requiredAttribute, requiredChild, textOf } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import { parseXml } from '../xml/parse.ts';
import { type Attribute, readAttributes } from './attributes.ts';
import { type Authentication, requireAuthentication } from './authentication.ts';
import { requireConditions } from './conditions.ts';
import { decodeResponse } from './decode.ts';
import type { Expectation } from './expectation.ts';
import { coveredAssertion, coveredResponse } from './signed-parts.ts';
import { requireSuccess } from './status.ts';
import { requireResponse } from './structure.ts';
import { type NameId, requireSubject } from './subject.ts';
import { requireIssued } from './times.ts';

export interface Checked {
  /** The identity provider's entity id: the Issuer. */
  readonly idp: string;
  readonly responseId: string;
  readonly assertionId: string;
  readonly nameId: NameId;
  readonly authentication: Authentication;
  readonly attributes: readonly Attribute[];
  /** Until when its ids have to be remembered; milliseconds since 1970. */
  readonly over: number;
}

/**
 * @param encoded the value of `SAMLResponse`
 * @throws ConnectorError
 */
export function checkResponse(encoded: string, expected: Expectation): Checked {
  const text = decodeResponse(encoded);
  const root = parseXml(text);
  requireResponse(root);
  const response = coveredResponse({ text, root }, expected);
  requireOurs(response, expected);
  requireSuccess(response);
  const assertion = coveredAssertion({ text, root }, response, expected);
  requireVersion(assertion);
  requireIssuer(assertion, expected);
  requireIssued(assertion, expected);
  const subject = requireSubject(assertion, expected);
  const over = requireConditions(assertion, expected);
  return {
    idp: expected.idp,
    responseId: requiredAttribute(response, 'ID'),
    assertionId: requiredAttribute(assertion, 'ID'),
    nameId: subject.nameId,
    authentication: requireAuthentication(assertion, expected),
    attributes: readAttributes(assertion),
    // Its ids count only as long as both hold.
    over: Math.min(over, subject.over) + expected.skew,
  };
}

/** That the response is of this provider, for this place, and answers what this login has asked. */
function requireOurs(response: XmlElement, expected: Expectation): void {
  requireVersion(response);
  requiredAttribute(response, 'ID');
  requireIssued(response, expected);
  const destination = attributeOf(response, 'Destination');
  if (destination !== expected.acs) {
    refuse(`the Destination is ${quote(destination ?? '')}, and this is ${quote(expected.acs)}`);
  }
  const request = attributeOf(response, 'InResponseTo');
  if (request === undefined) refuse('the response answers no request (it was sent unasked)');
  if (request !== expected.request) refuse('the response answers another request (InResponseTo)');
  // It may be missing where the response is not signed (profiles, section 4.1.4.2, errata E17); a signature stands after it.
  if (childOf(response, ns.assertion, 'Issuer') !== undefined) requireIssuer(response, expected);
}

function requireVersion(element: XmlElement): void {
  if (requiredAttribute(element, 'Version') !== '2.0') refuse(`${element.localName} is not of version 2.0`);
}

const entityFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity';

function requireIssuer(element: XmlElement, { idp }: Expectation): void {
  const issuer = requiredChild(element, ns.assertion, 'Issuer');
  const name = textOf(issuer);
  if (name !== idp) {
    refuse(
      `the Issuer of ${element.localName} is ${quote(name)}, and the identity provider is ${quote(idp)}`,
    );
  }
  const format = attributeOf(issuer, 'Format');
  if (format !== undefined && format !== entityFormat) refuse('the Issuer has the format of something else');
}
