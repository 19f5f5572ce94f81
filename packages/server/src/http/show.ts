/** Sends a page. Pages are about one person at one moment: nobody may keep them. */
import type { Context } from 'koa';
import type { Html } from '../pages/html.ts';

export function show(ctx: Context, status: number, page: Html): void {
  ctx.status = status;
  ctx.type = 'text/html; charset=utf-8';
  ctx.set('Cache-Control', 'no-store');
  ctx.body = page.toString();
}

/** 303: whatever the method was, the browser goes on with GET. */
export function goTo(ctx: Context, address: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.redirect(address);
  ctx.status = 303;
}
