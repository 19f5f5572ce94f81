/**
 * The `mock` connector: a played upstream that can be away, slow, incomplete, or say no.
 *
 * It owns nothing that protects anybody, and is refused unless the issuer is a loopback address.
 */
export { createMockConnector, type MockConnectorOptions } from './definition.ts';
