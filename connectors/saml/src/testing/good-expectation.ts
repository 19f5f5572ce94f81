/** What the good answer to a request is measured by, for tests that check one without a connector around it. */
import type { ReadRequest, SamlIdp } from '../../../../tests/support/hostile/saml-idp.ts';
import type { Expectation } from '../response/expectation.ts';

export function goodExpectation(
  { issuer, acs, id }: ReadRequest,
  idp: SamlIdp,
  { now, ...changes }: Pick<Expectation, 'now'> & Partial<Expectation>,
): Expectation {
  return {
    idp: idp.entityId,
    certificates: [idp.keys.certificate],
    audience: issuer,
    acs,
    request: id,
    sentAt: now,
    fresh: false,
    now,
    skew: 0,
    signed: 'either',
    decryptionKeys: [],
    requireEncryption: false,
    contexts: [],
    ...changes,
  };
}
