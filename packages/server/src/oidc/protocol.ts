/** What the protocol allows here at all, and what of the library is never reached. */
import { audienceScope, type Client, listedScopes } from '@gatehouse/core';
import type { Configuration } from 'oidc-provider';

/** Tokens are signed and nothing else is, and nothing is encrypted. */
const enabledAlgorithms = {
  idTokenSigningAlgValues: ['RS256', 'ES256'],
  idTokenEncryptionAlgValues: [],
  idTokenEncryptionEncValues: [],
  userinfoSigningAlgValues: [],
  userinfoEncryptionAlgValues: [],
  userinfoEncryptionEncValues: [],
  introspectionSigningAlgValues: [],
  introspectionEncryptionAlgValues: [],
  introspectionEncryptionEncValues: [],
  authorizationSigningAlgValues: [],
  authorizationEncryptionAlgValues: [],
  authorizationEncryptionEncValues: [],
  requestObjectSigningAlgValues: [],
  requestObjectEncryptionAlgValues: [],
  requestObjectEncryptionEncValues: [],
  clientAuthSigningAlgValues: [],
  dPoPSigningAlgValues: [],
  attestSigningAlgValues: [],
};

/** Clients are checked against it when they are built. */
export function protocol(clients: ReadonlyMap<string, Client>) {
  const audiences = [...clients.keys()].map(audienceScope);
  return {
    responseTypes: ['code'],
    scopes: [...listedScopes, ...audiences],
    claims: {
      openid: ['sub', 'stale_since'],
      email: ['email', 'email_verified'],
      profile: ['name', 'preferred_username'],
      groups: ['groups'],
      'federated:id': ['federated_claims'],
      acr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    acrValues: [],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    // RFC 7636; the library knows S256 alone. Confidential clients may do without.
    pkce: {
      required: (_ctx: unknown, client: { clientId: string }) =>
        clients.get(client.clientId)?.public !== false,
    },
    // The claims are wanted in the ID token: a cluster reads nothing else.
    conformIdTokenClaims: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    acceptQueryParamAccessTokens: false,
    enableHttpPostMethods: false,
    // Seconds between the clocks of two replicas.
    clockTolerance: 5,
    enabledJWA: enabledAlgorithms,
  } satisfies Partial<Record<keyof Configuration, unknown>> as Configuration;
}

/** What no switched-on feature reaches. Named so that a change of the library's defaults changes nothing here. */
export function notUsed(): Configuration {
  const refuse = () => {
    throw new Error('this is switched off');
  };
  return {
    // Clients are our own (see client.ts) and the discovery document too.
    clients: [],
    clientDefaults: {
      grant_types: [],
      response_types: [],
      id_token_signed_response_alg: 'RS256',
      token_endpoint_auth_method: 'none',
    },
    discovery: {},
    extraClientMetadata: { properties: [] },
    assertJwtClientAuthClaimsAndHeader: refuse,
    pairwiseIdentifier: refuse,
    sectorIdentifierUriValidate: () => false,
    // The library would fetch what a client's registration points at. Ours points nowhere.
    fetch: refuse,
    fetchResponseBodyLimits: { 'client_id metadata document': 1, jwks_uri: 1, sector_identifier_uri: 1 },
  } as Configuration;
}
