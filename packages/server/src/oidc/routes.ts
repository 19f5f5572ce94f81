/** Where the endpoints are, below the issuer: the addresses that clients of Dex know. */
export const routes = {
  authorization: '/auth',
  token: '/token',
  userinfo: '/userinfo',
  jwks: '/keys',
  introspection: '/token/introspect',
  revocation: '/token/revoke',
  end_session: '/logout',
  // Switched off; named so that no default of the library applies.
  backchannel_authentication: '/off/backchannel',
  challenge: '/off/challenge',
  code_verification: '/off/device',
  credential: '/off/credential',
  device_authorization: '/off/device/code',
  pushed_authorization_request: '/off/par',
  registration: '/off/register',
} as const;

export const discoveryPaths: readonly string[] = [
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];

/** Called by programs: answered in JSON, whatever they say they accept. */
export const apiPaths: ReadonlySet<string> = new Set<string>([
  routes.token,
  routes.userinfo,
  routes.introspection,
  routes.revocation,
]);

export function loginPath(base: string, uid: string): string {
  return `${base}/login/${uid}`;
}
