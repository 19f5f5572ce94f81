/**
 * Whom an e-mail address points to: `domains` of the connectors, so that nobody has to choose what their address says.
 *
 * Nothing is proved by an address: it decides which question is asked first, never who may sign in where. What stands
 * before the @ is not looked at, so nothing here can tell whether somebody exists.
 */
import { domainToASCII } from 'node:url';
import type { OpenConnector } from '../connectors/open-connector.ts';

/** The one connector that has the domain of the hinted address. Two that share it are a choice for the person. */
export function hintedConnector(usable: readonly OpenConnector[], loginHint = ''): OpenConnector | undefined {
  const domain = domainOf(loginHint);
  const [only, ...others] = domain === undefined ? [] : connectorsOf(usable, domain);
  return others.length === 0 ? only : undefined;
}

export function connectorsOf(usable: readonly OpenConnector[], domain: string): readonly OpenConnector[] {
  return usable.filter(({ entry }) => entry.domains.includes(domain));
}

/** As the configuration has it: lower case, and ASCII where it is written with other letters (RFC 5891). */
export function domainOf(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const domain = at < 1 ? '' : domainToASCII(address.slice(at + 1).trim());
  return domain === '' ? undefined : domain.toLowerCase();
}
