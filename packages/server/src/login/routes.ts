/** The addresses of a sign-in. The browser's cookie goes with all of `/login/:uid`, and to none of `/callback`. */
import Router, { type RouterMiddleware } from '@koa/router';
import type { Context } from 'koa';
import { readForm } from '../http/form.ts';
import { goTo } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { ask, begin, choose } from './choose.ts';
import { decide } from './decision.ts';
import { finish } from './finish.ts';
import { land } from './landing.ts';
import type { LoginRoom } from './login-room.ts';
import { lookFor } from './look-for.ts';
import { submitPassword } from './password.ts';
import { returnToClient } from './return.ts';
import { addressOf, openSignIn } from './sign-in.ts';
import { showForm, takeTicket } from './ticket.ts';

export function loginRoutes(room: LoginRoom): Router {
  const router = new Router({ prefix: room.issuer.base });
  router.get('/login/:uid', page(room, 'any', ask));
  router.get('/login/:uid/with', page(room, 'login', choose));
  router.post('/login/:uid/with', form(room, 'login', lookFor));
  router.get('/login/:uid/with/:connector', page(room, 'login', begin));
  router.post('/login/:uid/with/:connector', form(room, 'login', submitPassword));
  router.get('/login/:uid/with/:connector/form', page(room, 'login', showForm));
  router.get('/login/:uid/with/:connector/ticket', page(room, 'login', takeTicket));
  router.get('/login/:uid/finish', (ctx) => finish(room, ctx, ctx.params.uid ?? ''));
  router.post('/login/:uid/consent', form(room, 'consent', decide));
  router.post('/login/:uid/confirm', form(room, 'confirm', decide));
  router.post('/login/:uid/return', form(room, 'any', returnToClient));
  for (const path of ['/callback', '/callback/:connector']) {
    router.get(path, (ctx) => land(room, ctx, ctx.params.connector));
    router.post(path, (ctx) => land(room, ctx, ctx.params.connector));
  }
  return router;
}

type Step = PendingSignIn['step'] | 'any';
type Page = (room: LoginRoom, ctx: Context, pending: PendingSignIn) => Promise<void>;
type Form = (room: LoginRoom, ctx: Context, pending: PendingSignIn, form: URLSearchParams) => Promise<void>;

function page(room: LoginRoom, step: Step, show: Page): RouterMiddleware {
  return async (ctx) => {
    const pending = await openSignIn(room, ctx, ctx.params.uid ?? '');
    // An old tab: the sign-in has moved on without it.
    if (step !== 'any' && pending.step !== step) return goTo(ctx, addressOf(room, pending));
    await show(room, ctx, pending);
  };
}

/** No form is looked at before it is known to be ours. */
function form(room: LoginRoom, step: Step, submit: Form): RouterMiddleware {
  return page(room, step, async (_, ctx, pending) => {
    const fields = await readForm(ctx);
    room.formTokens.check(ctx, pending.uid, fields);
    await submit(room, ctx, pending, fields);
  });
}
