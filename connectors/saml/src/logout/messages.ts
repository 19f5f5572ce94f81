/** What we say about signing out (SAML 2.0 core, section 3.7). */
import { ns, success } from '../names.ts';
import type { NameId } from '../response/subject.ts';
import { tree, writeXml } from '../xml/build.ts';

export interface Envelope {
  readonly id: string;
  readonly issueInstant: Date;
  readonly issuer: string;
  readonly destination: string;
}

const namespaces = { samlp: ns.protocol, saml: ns.assertion };

function attributesOf({ id, issueInstant, destination }: Envelope) {
  return { ID: id, Version: '2.0', IssueInstant: issueInstant.toISOString(), Destination: destination };
}

export function logoutRequest(
  envelope: Envelope,
  { value, format, nameQualifier, spNameQualifier }: NameId,
  sessionIndex: string,
): string {
  const name = { Format: format, NameQualifier: nameQualifier, SPNameQualifier: spNameQualifier };
  const top = tree(
    'samlp:LogoutRequest',
    attributesOf(envelope),
    tree('saml:Issuer', {}, envelope.issuer),
    tree('saml:NameID', name, value),
    tree('samlp:SessionIndex', {}, sessionIndex),
  );
  return writeXml(top, namespaces);
}

export function logoutResponse(envelope: Envelope, inResponseTo: string): string {
  const top = tree(
    'samlp:LogoutResponse',
    { ...attributesOf(envelope), InResponseTo: inResponseTo },
    tree('saml:Issuer', {}, envelope.issuer),
    tree('samlp:Status', {}, tree('samlp:StatusCode', { Value: success })),
  );
  return writeXml(top, namespaces);
}
