/** The glyphs that the broker can put beside a way to sign in. */

/**
 * Whose account it is, as far as the connector knows. The broker draws it; a connector brings no picture of its own.
 * The last five are kinds: an account of this house, a directory, somebody who speaks that protocol.
 */
export type Mark =
  | 'auth0'
  | 'github'
  | 'gitlab'
  | 'google'
  | 'keycloak'
  | 'microsoft'
  | 'okta'
  | 'account'
  | 'directory'
  | 'oauth2'
  | 'oidc'
  | 'saml';
