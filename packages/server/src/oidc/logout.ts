/** Four things in which the library's logout (OpenID Connect RP-Initiated Logout 1.0) needs help. */
import { decodeJwt } from 'jose';
import type { Context } from 'koa';
import { errors, type KoaContextWithOIDC, type default as Provider } from 'oidc-provider';
import type { Issuer } from '../http/issuer.ts';
import { forgetLastUsed } from '../http/last-used.ts';
import { markSignOut } from '../http/sign-out-mark.ts';
import type { Left } from './oidc.ts';
import type { LogoutForm } from './pages.ts';
import { routes } from './routes.ts';
import type { UpstreamTies } from './session.ts';

/**
 * The library takes the audience of an `id_token_hint` for the client; with several audiences the client is `azp`.
 * The hint is checked here and the client named in its place.
 */
export async function nameClientOfHint(provider: Provider, ctx: Context): Promise<void> {
  const { id_token_hint: hint, client_id: clientId, ...rest } = ctx.query;
  if (ctx.path !== routes.end_session || typeof hint !== 'string') return;
  const { aud, azp } = claimsOf(hint);
  if (!Array.isArray(aud) || typeof azp !== 'string') return;
  const client = await provider.Client.find(azp);
  if (client === undefined || (clientId !== undefined && clientId !== azp)) return;
  try {
    await provider.IdToken.validate(hint, client);
  } catch {
    return; // The library finds the same fault and words it.
  }
  ctx.query = { ...rest, client_id: azp };
}

function claimsOf(hint: string): Record<string, unknown> {
  try {
    return decodeJwt(hint);
  } catch {
    return {};
  }
}

interface LogoutState {
  readonly postLogoutRedirectUri?: string;
  readonly state?: string;
}

/**
 * Nobody is signed in, so there is nothing to ask and nothing to store (see session.ts): the library would keep a
 * session only to confirm that it has ended.
 */
export function leaveAtOnce(ctx: KoaContextWithOIDC): void {
  const { oidc } = ctx;
  if (oidc?.route !== 'end_session' || ctx.status !== 200 || oidc.session?.accountId !== undefined) return;
  const { postLogoutRedirectUri, state } = (oidc.session?.state ?? {}) as LogoutState;
  const target = new URL(postLogoutRedirectUri ?? oidc.urlFor('end_session_success'));
  if (postLogoutRedirectUri !== undefined && state !== undefined) target.searchParams.set('state', state);
  ctx.body = null;
  ctx.status = 303;
  ctx.redirect(target.href);
}

/** After signing out a page is shown, whatever ticket the computer has, and none tells which way somebody took. */
export function rememberSignOuts(provider: Provider, issuer: Issuer): void {
  provider.on('end_session.success', (ctx: KoaContextWithOIDC) => {
    if (ctx.oidc.params?.logout === undefined) return;
    markSignOut(ctx, issuer);
    forgetLastUsed(ctx, issuer);
  });
}

/** Not who stays: the form of the confirmation has two buttons. */
export function whoLeft(ctx: Context): Left | undefined {
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  if (oidc?.route !== 'end_session_confirm' || ctx.status !== 303) return undefined;
  const { accountId, upstreamStateId } = (oidc.session ?? {}) as UpstreamTies & { accountId?: string };
  if (oidc.params?.logout === undefined || accountId === undefined) return undefined;
  return { subject: accountId, ...(upstreamStateId !== undefined && { upstreamStateId }) };
}

/** What of the library's form the page needs: where it goes, its hidden field, and who is about to leave. */
export function logoutForm(ctx: KoaContextWithOIDC): LogoutForm {
  const { session } = ctx.oidc;
  const xsrf = session?.state?.secret;
  if (typeof xsrf !== 'string') throw new errors.InvalidRequest('could not find logout details');
  return { action: ctx.oidc.urlFor('end_session_confirm'), xsrf, subject: session?.accountId ?? '' };
}
