/**
 * The OpenID provider: what oidc-provider does for us, and what we do in its place.
 *
 * It owns the protocol. It is the only folder that imports the library; the rest of the server knows `Oidc`.
 */
export type { Oidc, PendingSignIn, RefusalCode, SignedIn } from './oidc.ts';
export { type OidcDeps, openOidc } from './open-oidc.ts';
export type { LogoutForm, Pages } from './pages.ts';
export { type KeyWatch, usualPollEvery, watchKeys } from './watch-keys.ts';
