/** Counts the sign-ins that the provider begins, before they are stored. */
import type { Middleware } from 'koa';
import { factsOf } from '../http/facts.ts';
import type { BegunSignIns } from './begun-sign-ins.ts';

/** Stands around the provider, within the unit of work: a sign-in that is one too many is not written. */
export function countBegun(begun: BegunSignIns, base: string): Middleware {
  return async (ctx, next) => {
    // On the way back from the login pages there is no client in the address: the next step is of a sign-in that counts.
    const isNew = ctx.query.client_id !== undefined;
    await next();
    const target = String(ctx.response.headers.location ?? '');
    if (isNew && target.startsWith(`${base}/login/`)) begun.count('sign-in', factsOf(ctx).address);
  };
}
