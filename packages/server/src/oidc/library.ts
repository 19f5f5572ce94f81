/** Runs the library inside our middleware: below the issuer's path, with our cookies, before the commit. */
import { createHash } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Issuer } from '../http/issuer.ts';
import { allowScript } from '../http/security-headers.ts';
import { answerAsApi } from '../http/unit-of-work.ts';
import { frontDoor } from './front-door.ts';
import { leaveAtOnce, nameClientOfHint } from './logout.ts';
import type { GatehouseProvider } from './provider.ts';
import { apiPaths } from './routes.ts';

/** @param current asked once a request: a new generation of keys brings a new provider */
export function library(issuer: Issuer, current: () => GatehouseProvider): Middleware {
  return async (ctx, next) => {
    const whole = ctx.path;
    if (!whole.startsWith(`${issuer.base}/`)) return next();
    const provider = current();
    ctx.path = whole.slice(issuer.base.length);
    useCookies(ctx, provider, issuer);
    try {
      await serve(ctx, provider, issuer, async () => {
        ctx.path = whole;
        await next();
      });
    } finally {
      ctx.path = whole;
    }
  };
}

async function serve(
  ctx: Context,
  provider: GatehouseProvider,
  issuer: Issuer,
  next: () => Promise<void>,
): Promise<void> {
  if (apiPaths.has(ctx.path)) answerAsApi();
  if (await frontDoor(ctx, issuer.base)) return;
  await nameClientOfHint(provider, ctx);
  await provider.handler(ctx, next);
  leaveAtOnce(ctx as unknown as KoaContextWithOIDC);
  allowFormPost(ctx as unknown as KoaContextWithOIDC);
}

/** `response_mode=form_post`: the library's page posts itself by a script, which our policy must name. */
function allowFormPost(ctx: KoaContextWithOIDC): void {
  if (ctx.oidc?.params?.response_mode !== 'form_post' || typeof ctx.body !== 'string') return;
  const script = ctx.body.match(/<script>([\s\S]*?)<\/script>/)?.[1];
  if (script !== undefined) allowScript(ctx, createHash('sha256').update(script).digest('base64'));
}

/**
 * Cookies are signed with the provider's keys, and `Secure` follows the issuer: behind a proxy that ends TLS the
 * connection itself looks insecure.
 */
function useCookies(ctx: Context, provider: GatehouseProvider, issuer: Issuer): void {
  const { cookies } = provider.createContext(ctx.req, ctx.res);
  cookies.secure = issuer.secure;
  ctx.cookies = cookies;
}
