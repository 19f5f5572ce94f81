/** Conditions of an assertion (SAML 2.0 core, section 2.5; profiles, section 4.1.4.2). */
import { ns } from '../names.ts';
import { misfit, quote, refuse } from '../refusal.ts';
import { childrenOf, elementsOf, is, requiredChild, textOf } from '../xml/elements.ts';
import type { XmlElement } from '../xml/libraries.ts';
import type { Expectation } from './expectation.ts';
import { refuseEarly, requireNotOver, timeOf } from './times.ts';

/** When the assertion is over, in milliseconds since 1970. */
export function requireConditions(assertion: XmlElement, expected: Expectation): number {
  const conditions = requiredChild(assertion, ns.assertion, 'Conditions');
  refuseEarly(conditions, 'NotBefore', expected);
  const over = requireNotOver(conditions, 'NotOnOrAfter', expected);
  // Both may be within the skew of the clocks (core, section 2.5.1.2).
  if ((timeOf(conditions, 'NotBefore') ?? Number.NEGATIVE_INFINITY) >= over)
    refuse('the Conditions end before they begin');
  refuseUnknown(conditions);
  requireAudience(conditions, expected.audience);
  return over;
}

/** A condition that is not understood makes the assertion neither valid nor invalid, which is no ground to let in. */
function refuseUnknown(conditions: XmlElement): void {
  const kinds = elementsOf(conditions).map((condition) => {
    if (is(condition, ns.assertion, 'AudienceRestriction')) return 'AudienceRestriction';
    // It is used once in any case.
    if (is(condition, ns.assertion, 'OneTimeUse')) return 'OneTimeUse';
    // To pass on what it was told is what a broker does.
    if (is(condition, ns.assertion, 'ProxyRestriction')) {
      misfit('the identity provider does not want its assertion to be passed on (ProxyRestriction)');
    }
    return refuse(`there is a condition ${quote(condition.localName)} that is not understood`);
  });
  if (kinds.filter((kind) => kind === 'OneTimeUse').length > 1) refuse('OneTimeUse stands there twice');
}

/** Of several restrictions each has to be met; of the audiences in one, any. */
function requireAudience(conditions: XmlElement, audience: string): void {
  const restrictions = childrenOf(conditions, ns.assertion, 'AudienceRestriction');
  if (restrictions.length === 0) refuse('the assertion names no audience');
  for (const restriction of restrictions) {
    const audiences = childrenOf(restriction, ns.assertion, 'Audience').map(textOf);
    if (!audiences.includes(audience)) {
      const named = audiences.slice(0, 3).map(quote).join(', ');
      refuse(`the assertion is for ${named || 'nobody'}, and this is ${quote(audience)}`);
    }
  }
}
