/** What the upstream sends the browser back with. */
import type { Arrival } from '@gatehouse/connector-kit';
import type { Context } from 'koa';
import { readForm } from '../http/form.ts';

/**
 * Bytes. Attack: whoever begins a login holds its token, and may post as many answers as are kept, for each login that
 * there is room for; so the size that only some upstreams need is not allowed to all.
 */
export const usualAnswer = 16 * 1024;
export const largestAnswer = 512 * 1024;

/** Cookies stay here, and so does every other header: an answer consists of its parameters. */
export async function readArrival(ctx: Context, limit: number): Promise<Arrival> {
  if (ctx.method === 'POST') return { method: 'POST', params: await readForm(ctx, limit), headers: {} };
  return { method: 'GET', params: new URLSearchParams(ctx.querystring), headers: {} };
}
