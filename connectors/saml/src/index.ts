/**
 * SAML 2.0: people sign in at an identity provider that answers with a signed assertion.
 *
 * This package owns the way from a request to an identity. All XML of strangers goes through `xml/parse.ts`, and what is
 * believed is read from the bytes that a signature covers. It must not know HTTP, storage, or the rules that the broker
 * applies afterwards.
 */
export { createSamlConnector, type SamlConnectorOptions } from './definition.ts';
