/** Whom a `login_hint` points to: `domains` of a connector, so that nobody has to choose what the client knows. */
import type { OpenConnector } from '../connectors/open-connector.ts';

/**
 * The one connector that has the domain of the hinted e-mail address. Two that share it are a choice for the person.
 * Nothing is proved by a hint: it decides which question is asked first, never who may sign in where.
 */
export function hintedConnector(usable: readonly OpenConnector[], loginHint = ''): OpenConnector | undefined {
  const at = loginHint.lastIndexOf('@');
  if (at < 1) return undefined;
  const domain = loginHint.slice(at + 1).toLowerCase();
  const [only, ...others] = usable.filter(({ entry }) => entry.domains.includes(domain));
  return others.length === 0 ? only : undefined;
}
