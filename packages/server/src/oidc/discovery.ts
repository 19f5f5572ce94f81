/**
 * The discovery document (OpenID Connect Discovery 1.0, section 3; RFC 8414) and the public keys (RFC 7517).
 *
 * The library's own document would list audience scopes, and with them the ids of all clients. Both are made once
 * and served from memory, so that tokens can be verified while the database is away.
 */
import { currentKeys, keysMaxAge, listedScopes, type SigningKey } from '@gatehouse/core';
import { routes } from './routes.ts';

/** What is in them changes with a new version or a new key only; a verifier must not miss the latter. */
export const documentMaxAge = keysMaxAge;

/** @param base the issuer without a slash at its end */
export function discoveryDocument(base: string, issuer: string): string {
  return JSON.stringify({
    issuer,
    authorization_endpoint: `${base}${routes.authorization}`,
    token_endpoint: `${base}${routes.token}`,
    jwks_uri: `${base}${routes.jwks}`,
    userinfo_endpoint: `${base}${routes.userinfo}`,
    introspection_endpoint: `${base}${routes.introspection}`,
    revocation_endpoint: `${base}${routes.revocation}`,
    end_session_endpoint: `${base}${routes.end_session}`,
    ...capabilities,
  });
}

const secretMethods = ['client_secret_basic', 'client_secret_post'];

const capabilities = {
  grant_types_supported: ['authorization_code', 'refresh_token'],
  response_types_supported: ['code'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256', 'ES256'],
  code_challenge_methods_supported: ['S256'],
  scopes_supported: listedScopes,
  token_endpoint_auth_methods_supported: [...secretMethods, 'none'],
  introspection_endpoint_auth_methods_supported: secretMethods,
  revocation_endpoint_auth_methods_supported: [...secretMethods, 'none'],
  claims_supported: [
    ...[
      'iss',
      'sub',
      'aud',
      'azp',
      'exp',
      'iat',
      'nonce',
      'auth_time',
      'at_hash',
      'jti',
      'sid',
      'acr',
      'amr',
    ],
    ...['email', 'email_verified', 'name', 'preferred_username', 'groups', 'federated_claims', 'stale_since'],
  ],
  claim_types_supported: ['normal'],
  prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  claims_parameter_supported: false,
  request_parameter_supported: false,
  request_uri_parameter_supported: false,
  authorization_response_iss_parameter_supported: true,
};

/** The key that signs comes first; private members are left behind by naming the public ones. */
export function keySet(keys: readonly SigningKey[], now: Date): string {
  return JSON.stringify({ keys: currentKeys(keys, now).published.map(publicJwk) });
}

const publicMembers = ['kty', 'n', 'e', 'crv', 'x', 'y'];

function publicJwk({ kid, algorithm, privateJwk }: SigningKey): Readonly<Record<string, string>> {
  const members = publicMembers.flatMap((name) => {
    const value = privateJwk[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { use: 'sig', kid, alg: algorithm, ...Object.fromEntries(members) };
}
