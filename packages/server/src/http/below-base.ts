/** An issuer may have a path (`https://example.com/sso`): all our addresses stand below it. */
import { BrokerError } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';

/** The part of the address below the issuer: what tells one page from another. Null outside. */
export function pathBelow(ctx: Context, base: string): string | null {
  const { path } = ctx;
  if (!path.startsWith(`${base}/`)) return path === base ? '/' : null;
  return path.slice(base.length);
}

/**
 * `GET http://somewhere/` and `OPTIONS *` are words to a proxy. Of two `Host` headers (RFC 9112, section 3.2: refuse)
 * a proxy in front may have looked at the other one.
 */
export const requirePlainTarget: Middleware = async (ctx, next) => {
  if (!ctx.req.url?.startsWith('/')) throw new BrokerError('bad_request', { reason: 'not a path' });
  if ((ctx.req.headersDistinct.host?.length ?? 0) > 1) {
    throw new BrokerError('bad_request', { reason: 'two Host headers' });
  }
  await next();
};

/** Runs `middleware` at the addresses below the issuer that match, and passes by elsewhere. */
export function only(base: string, paths: RegExp, middleware: Middleware): Middleware {
  return (ctx, next) => (paths.test(pathBelow(ctx, base) ?? '') ? middleware(ctx, next) : next());
}

export function except(base: string, paths: RegExp, middleware: Middleware): Middleware {
  return (ctx, next) => (paths.test(pathBelow(ctx, base) ?? '') ? next() : middleware(ctx, next));
}
