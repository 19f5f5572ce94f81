/** The library's configuration, all of it. */
import type { Config } from '@gatehouse/config';
import { currentKeys, type SigningKey } from '@gatehouse/core';
import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Issuer } from '../http/issuer.ts';
import { adapterFor } from './adapter.ts';
import { extraParams } from './authorization-request.ts';
import { loadGrant } from './consent-prompt.ts';
import { type CookieKeys, cookieNames, cookieOptions } from './cookies.ts';
import { ofLibraryError } from './errors.ts';
import { features, type HasAccount } from './features.ts';
import { type AccountOptions, findAccount } from './find-account.ts';
import { ttl } from './lifetimes.ts';
import type { Pages } from './pages.ts';
import { policy } from './policy.ts';
import { notUsed, protocol } from './protocol.ts';
import { loginPath, routes } from './routes.ts';

export interface ProviderSetup extends AccountOptions {
  readonly config: Config;
  readonly issuer: Issuer;
  readonly keys: readonly SigningKey[];
  readonly cookieKeys: CookieKeys;
  readonly refreshKeys: readonly Uint8Array[];
  readonly pages: Pages;
  readonly now: () => Date;
}

export function configuration(setup: ProviderSetup): Configuration {
  const { config, issuer, clients, pages, now } = setup;
  const account = findAccount(setup);
  const hasAccount: HasAccount = async (ctx, token) =>
    (await account(ctx, token.accountId ?? '', token as never)) !== undefined;
  return {
    adapter: adapterFor({ now, resumeUrl: (uid) => resumeUrl(issuer, uid) }),
    ...protocol(clients),
    ...keysAndCookies(setup),
    ...policies(setup),
    ...tokens(),
    ...notUsed(),
    routes,
    features: features(clients, hasAccount, pages) as never,
    ttl: ttl({ tokens: config.tokens, sessions: config.sessions, now }) as never,
    findAccount: account,
    interactions: {
      policy: policy(clients) as never,
      url: (_ctx, interaction) => loginPath(issuer.base, interaction.uid),
    },
    renderError: async (ctx, out, error) => renderError(ctx, out, error, pages),
  };
}

function resumeUrl({ origin, base }: Issuer, uid: string): string {
  return `${origin}${base}${routes.authorization}/${uid}`;
}

/** The library signs with the first key that fits, so the one that signs now is put first. */
function keysAndCookies({ keys, issuer, cookieKeys, now }: ProviderSetup): Configuration {
  const jwks = currentKeys(keys, now()).published.map(({ privateJwk }) => privateJwk);
  const { long, short } = cookieOptions(issuer);
  return {
    jwks: { keys: jwks },
    cookies: { names: cookieNames(issuer), long, short, keys: cookieKeys as never },
  };
}

function policies(setup: ProviderSetup): Configuration {
  const { config, clients } = setup;
  const connectorIds = new Set(setup.entries.keys());
  return {
    extraParams: extraParams({ clients, connectorIds }) as never,
    loadExistingGrant: loadGrant(clients),
    clientBasedCORS: (_ctx, origin, client) =>
      allowsOrigin(
        [...config.allowedOrigins, ...(clients.get(client.clientId)?.allowedOrigins ?? [])],
        origin,
      ),
    expiresWithSession: async (_ctx, token) =>
      clients.get(token.clientId ?? '')?.refreshTokenLifetime === 'session',
    issueRefreshToken: async (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    rotateRefreshToken: (ctx) => {
      keepOpenid(ctx);
      return true;
    },
    revokeGrantPolicy: (ctx) =>
      !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken !== undefined),
  };
}

function tokens(): Configuration {
  return {
    formats: { bitsOfOpaqueRandomness: 256 },
    extraTokenClaims: async () => undefined,
  };
}

/** A page may not run scripts of the origin `null` (a sandboxed frame, a file): nobody knows who that is. */
function allowsOrigin(allowed: readonly string[], origin: string): boolean {
  return origin !== 'null' && (allowed.includes(origin) || allowed.includes('*'));
}

/**
 * A client may narrow the scope when it refreshes (RFC 6749, section 6). Without `openid` there would be no ID token,
 * and that is what it refreshes for; every sign-in here has that scope.
 */
function keepOpenid(ctx: KoaContextWithOIDC): void {
  const { params } = ctx.oidc;
  if (typeof params?.scope !== 'string' || params.scope.split(' ').includes('openid')) return;
  params.scope = `openid ${params.scope}`;
}

async function renderError(ctx: KoaContextWithOIDC, out: object, error: Error, pages: Pages): Promise<void> {
  const api = ['token', 'introspection', 'revocation', 'userinfo'].includes(ctx.oidc.route);
  if (api) ctx.body = out;
  else await pages.error(ctx, ofLibraryError(error));
}
