/** Reads the wish of the identity provider that somebody be signed out (SAML 2.0 profiles, section 4.4.4.1). */
import { ns } from '../names.ts';
import { misfit, quote, refuse } from '../refusal.ts';
import { type NameId, readNameId } from '../response/subject.ts';
import { refuseEarly, requireNotOver, timeOf } from '../response/times.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  is,
  requiredAttribute,
  requiredChild,
  textOf,
} from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

export interface LogoutExpectation {
  readonly idp: string;
  readonly destination: string;
  readonly now: number;
  /** Milliseconds. */
  readonly skew: number;
}

export interface LogoutWish {
  readonly id: string;
  readonly nameId: NameId;
  readonly sessions: readonly string[];
  /** Until when the id has to be remembered; milliseconds since 1970. */
  readonly over: number;
}

/** Milliseconds that a wish counts; the browser brings it at once. */
const longestWay = 300_000;

export function readLogoutRequest(message: XmlElement, expected: LogoutExpectation): LogoutWish {
  if (!is(message, ns.protocol, 'LogoutRequest')) refuse('this is not a LogoutRequest');
  requireEnvelope(message, expected);
  if (message.hasAttribute('NotOnOrAfter')) requireNotOver(message, 'NotOnOrAfter', expected);
  if (childOf(message, ns.assertion, 'EncryptedID') !== undefined) {
    misfit('the identity provider encrypts the NameID of a LogoutRequest');
  }
  return {
    id: requiredAttribute(message, 'ID'),
    nameId: readNameId(requiredChild(message, ns.assertion, 'NameID')),
    sessions: childrenOf(message, ns.protocol, 'SessionIndex').map(textOf),
    over: expected.now + longestWay + 2 * expected.skew,
  };
}

export interface LogoutAnswer {
  /** The top one; there is only one that means that all is done. */
  readonly status: string;
  /** Of the request that it answers. */
  readonly request: string;
}

export function readLogoutResponse(message: XmlElement, expected: LogoutExpectation): LogoutAnswer {
  if (!is(message, ns.protocol, 'LogoutResponse')) refuse('this is not a LogoutResponse');
  requireEnvelope(message, expected);
  const status = requiredChild(message, ns.protocol, 'Status');
  return {
    status: requiredAttribute(requiredChild(status, ns.protocol, 'StatusCode'), 'Value'),
    request: requiredAttribute(message, 'InResponseTo'),
  };
}

function requireEnvelope(message: XmlElement, { idp, destination, now, skew }: LogoutExpectation): void {
  if (requiredAttribute(message, 'Version') !== '2.0') refuse(`${message.localName} is not of version 2.0`);
  const issuer = textOf(requiredChild(message, ns.assertion, 'Issuer'));
  if (issuer !== idp) refuse(`the Issuer is ${quote(issuer)}, and the identity provider is ${quote(idp)}`);
  const to = attributeOf(message, 'Destination');
  if (to !== destination) refuse(`the Destination is ${quote(to ?? '')}, and this is ${quote(destination)}`);
  requiredAttribute(message, 'IssueInstant');
  refuseEarly(message, 'IssueInstant', { now, skew });
  if ((timeOf(message, 'IssueInstant') ?? 0) < now - longestWay - skew)
    refuse(`${message.localName} is too old`);
}
