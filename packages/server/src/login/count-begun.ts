/** Counts the sign-ins that the provider begins, before they are stored. */
import type { Middleware } from 'koa';
import { factsOf } from '../http/facts.ts';
import type { BegunSignIns } from './begun-sign-ins.ts';

/**
 * Stands around the provider, within the unit of work: a sign-in that is one too many is not written. The later steps
 * of a sign-in count too, since each takes a place of its own: who comes back without having signed in is sent to the
 * login page again, as often as they like.
 */
export function countBegun(begun: BegunSignIns, base: string): Middleware {
  return async (ctx, next) => {
    await next();
    const { location } = ctx.response.headers;
    const isAsked = typeof location === 'string' && location.startsWith(`${base}/login/`);
    if (isAsked) begun.count('sign-in', factsOf(ctx).address);
  };
}
