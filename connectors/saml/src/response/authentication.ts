/** How and when the person proved who they are, and the identity provider's own session (SAML 2.0 core, section 2.7.2). */
import { ns } from '../names.ts';
import { quote, refuse } from '../refusal.ts';
import { attributeOf, childOf, requiredAttribute, requiredChild, textOf } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import type { Expectation } from './expectation.ts';
import { readTime, refuseEarly, requireNotOver } from './times.ts';

export interface Authentication {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly context?: string;
  readonly sessionIndex?: string;
  /** When the provider's session ends; milliseconds since 1970. */
  readonly ends?: number;
}

export function requireAuthentication(assertion: XmlElement, expected: Expectation): Authentication {
  const statement = requiredChild(assertion, ns.assertion, 'AuthnStatement');
  refuseEarly(statement, 'AuthnInstant', expected);
  const at = readTime(requiredAttribute(statement, 'AuthnInstant'), 'AuthnInstant');
  if (expected.fresh) requireFresh(at, expected);
  const ends = endOf(statement, expected);
  const sessionIndex = attributeOf(statement, 'SessionIndex');
  const context = contextOf(statement);
  if (expected.contexts.length > 0 && (context === undefined || !expected.contexts.includes(context))) {
    refuse(
      `the person has signed in by ${quote(context ?? 'nothing that is named')}, which was not asked for`,
    );
  }
  return {
    at,
    ...(context !== undefined && { context }),
    ...(sessionIndex !== undefined && { sessionIndex }),
    ...(ends !== undefined && { ends }),
  };
}

function endOf(statement: XmlElement, expected: Expectation): number | undefined {
  if (!statement.hasAttribute('SessionNotOnOrAfter')) return undefined;
  return requireNotOver(statement, 'SessionNotOnOrAfter', expected);
}

/**
 * Attack: the browser takes `ForceAuthn` out of a request that is not signed, and somebody else's session at the provider
 * is enough.
 */
function requireFresh(at: number, { sentAt, skew }: Expectation): void {
  if (at >= sentAt - skew) return;
  const before = Math.round((sentAt - at) / 1000);
  refuse(
    `the person has signed in ${before} s before the request, and was to be asked again (forceAuthn): the identity provider has answered from its session`,
  );
}

function contextOf(statement: XmlElement): string | undefined {
  const context = requiredChild(statement, ns.assertion, 'AuthnContext');
  const reference = childOf(context, ns.assertion, 'AuthnContextClassRef');
  const name = reference === undefined ? '' : textOf(reference);
  return name === '' ? undefined : name;
}
