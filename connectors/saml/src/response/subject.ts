/** Whom an assertion is about, and that it was made for this login (SAML 2.0 profiles, sections 4.1.4.2 and 4.1.4.3). */
import { ConnectorError } from '@gatehouse/connector-kit';
import { bearer, nameIdFormats, ns } from '../names.ts';
import { misfit, quote, refuse } from '../refusal.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  exactText,
  requiredAttribute,
  requiredChild,
} from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import type { Expectation } from './expectation.ts';
import { requireNotOver } from './times.ts';

/** A type and not an interface, so that it is JSON. */
export type NameId = {
  readonly value: string;
  readonly format: string;
  readonly nameQualifier?: string;
  readonly spNameQualifier?: string;
};

export interface Subject {
  readonly nameId: NameId;
  /** Milliseconds since 1970. */
  readonly over: number;
}

export function requireSubject(assertion: XmlElement, expected: Expectation): Subject {
  const subject = requiredChild(assertion, ns.assertion, 'Subject');
  if (childOf(subject, ns.assertion, 'EncryptedID') !== undefined) {
    misfit('the identity provider encrypts the NameID: let it encrypt the assertion instead');
  }
  const nameId = readNameId(requiredChild(subject, ns.assertion, 'NameID'));
  return { nameId, over: requireConfirmation(subject, expected) };
}

export function readNameId(element: XmlElement): NameId {
  const value = exactText(element);
  if (value === '') refuse('the NameID is empty');
  const nameQualifier = attributeOf(element, 'NameQualifier');
  const spNameQualifier = attributeOf(element, 'SPNameQualifier');
  return {
    value,
    format: attributeOf(element, 'Format') ?? nameIdFormats.unspecified,
    ...(nameQualifier !== undefined && { nameQualifier }),
    ...(spNameQualifier !== undefined && { spNameQualifier }),
  };
}

/** One confirmation that holds is enough, and it has to be a bearer's; the others may be for somebody else. */
function requireConfirmation(subject: XmlElement, expected: Expectation): number {
  const confirmations = childrenOf(subject, ns.assertion, 'SubjectConfirmation');
  const bearers = confirmations.filter((one) => requiredAttribute(one, 'Method') === bearer);
  let fault: ConnectorError | undefined;
  for (const confirmation of bearers) {
    try {
      return confirm(confirmation, expected);
    } catch (error) {
      if (!ConnectorError.is(error)) throw error;
      fault ??= error;
    }
  }
  throw fault ?? refuse('the assertion is not confirmed for whoever brings it (bearer)');
}

function confirm(confirmation: XmlElement, expected: Expectation): number {
  const holds = requiredChild(confirmation, ns.assertion, 'SubjectConfirmationData');
  const recipient = requiredAttribute(holds, 'Recipient');
  if (recipient !== expected.acs) {
    refuse(`the Recipient is ${quote(recipient)}, and this is ${quote(expected.acs)}`);
  }
  if (requiredAttribute(holds, 'InResponseTo') !== expected.request) {
    refuse('the assertion answers another request (InResponseTo of SubjectConfirmationData)');
  }
  if (holds.hasAttribute('NotBefore')) refuse('the confirmation of a bearer has a NotBefore');
  return requireNotOver(holds, 'NotOnOrAfter', expected);
}
