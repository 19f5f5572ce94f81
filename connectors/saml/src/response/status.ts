/** What the identity provider says instead of an assertion (SAML 2.0 core, section 3.2.2). */
import { ConnectorError, type ConnectorErrorCode } from '@gatehouse/connector-kit';
import { ns, success } from '../names.ts';
import { quote } from '../refusal.ts';
import { childOf, requiredAttribute, requiredChild, textOf } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';

const prefix = 'urn:oasis:names:tc:SAML:2.0:status:';

const denials: ReadonlySet<string> = new Set([
  'AuthnFailed',
  'RequestDenied',
  'UnknownPrincipal',
  'NoPassive',
]);
const misfits: ReadonlySet<string> = new Set([
  'Requester',
  'VersionMismatch',
  'InvalidNameIDPolicy',
  'NoAuthnContext',
  'RequestUnsupported',
  'RequestVersionTooHigh',
  'RequestVersionTooLow',
  'RequestVersionDeprecated',
  'UnsupportedBinding',
]);

export function requireSuccess(response: XmlElement): void {
  const status = requiredChild(response, ns.protocol, 'Status');
  const code = requiredChild(status, ns.protocol, 'StatusCode');
  const first = requiredAttribute(code, 'Value');
  if (first === success) return;
  const second = childOf(code, ns.protocol, 'StatusCode');
  const names = [first, second === undefined ? '' : requiredAttribute(second, 'Value')]
    .filter((name) => name !== '')
    .map((name) => (name.startsWith(prefix) ? name.slice(prefix.length) : quote(name)));
  throw new ConnectorError(codeOf(names), {
    reason: `the identity provider answered with status ${names.join(' / ')}${messageOf(status)}`,
  });
}

/** The second code says more than the first. "Responder" alone is the identity provider's own trouble. */
function codeOf(names: readonly string[]): ConnectorErrorCode {
  if (names.some((name) => denials.has(name))) return 'denied';
  return names.some((name) => misfits.has(name)) ? 'misconfigured' : 'unavailable';
}

function messageOf(status: XmlElement): string {
  const message = childOf(status, ns.protocol, 'StatusMessage');
  const text = message === undefined ? '' : textOf(message);
  return text === '' ? '' : `: ${quote(text)}`;
}
