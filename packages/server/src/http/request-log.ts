/** One line a request. What may stand in it is listed here; query strings, bodies and cookies never are. */
import type { Log } from '@gatehouse/connector-kit';
import type { Context, Middleware } from 'koa';
import { factsOf } from './facts.ts';

/** @param base the issuer's path */
export function requestLog(base: string, now: () => Date): Middleware {
  return async (ctx, next) => {
    const began = now().getTime();
    // On `close`, not after `next`: what went wrong while the answer was sent belongs into the line too.
    ctx.res.once('close', () => {
      const { log, address } = factsOf(ctx);
      const line = {
        method: ctx.method,
        path: maskedPath(ctx.path, base),
        status: ctx.res.writableEnded ? ctx.status : 499,
        milliseconds: now().getTime() - began,
        address,
      };
      write(log, ctx, line);
    });
    await next();
  };
}

/** Probes come every few seconds and say nothing. */
function write(log: Log, ctx: Context, line: Readonly<Record<string, unknown>>): void {
  const quiet = /\/(healthz|readyz|assets\/[^/]*)$/.test(String(line.path)) && ctx.status < 400;
  if (quiet) log.debug(line, 'request');
  else log.info(line, 'request');
}

/**
 * The id of a sign-in is in its address; with the cookie of the same browser it is a credential. An issuer may itself
 * be called `/login`: its own path is not what is looked at.
 */
function maskedPath(path: string, base: string): string {
  const outside = path.startsWith(`${base}/`) ? base : '';
  const masked = path.slice(outside.length).replace(/\/(login|auth|try)\/([^/]+)/g, '/$1/*');
  return `${outside}${masked}`.slice(0, 200);
}
