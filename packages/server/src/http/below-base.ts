/**
 * An issuer may have a path (`https://example.com/sso`): everything further in sees addresses without it.
 *
 * The provider reads the path back from the difference between the original and the shortened address.
 */
import { BrokerError } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';

export function belowBase(base: string): Middleware {
  return async (ctx, next) => {
    // `GET http://somewhere/` is for proxies.
    if (!ctx.req.url?.startsWith('/')) throw new BrokerError('bad_request', { reason: 'not a path' });
    if (base !== '') shorten(ctx, base);
    await next();
  };
}

function shorten(ctx: Context, base: string): void {
  if (ctx.path === base) ctx.path = '/';
  else if (ctx.path.startsWith(`${base}/`)) ctx.path = ctx.path.slice(base.length);
  // Probes may know nothing of the issuer's path.
  else if (ctx.path !== '/healthz' && ctx.path !== '/readyz') throw new BrokerError('not_found');
}
