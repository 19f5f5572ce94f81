/**
 * The pages of a sign-in that an administrator tries: `/try/:id`.
 *
 * Attack: somebody sends another person the address of a try of their own. Where that person is signed in at the
 * upstream, one visit would show all their attributes in a terminal that they have never seen. So the first page says
 * where the attributes go, nothing happens without a click on it (no other site can click: form token, origin, no
 * frames), and it shows the code that stands in the terminal.
 *
 * No session, code or token is made here, and nothing is known here of any connector.
 */
import type { Arrival } from '@gatehouse/connector-kit';
import { BrokerError, type OpenTry } from '@gatehouse/core';
import Router from '@koa/router';
import type { Context } from 'koa';
import { depart } from '../http/depart.ts';
import { field, readForm } from '../http/form.ts';
import { isolateWindow } from '../http/security-headers.ts';
import { goTo, show } from '../http/show.ts';
import { tryBeginPage, tryFindingsPage, tryWaitPage } from '../pages/try.ts';
import { browserSecret, ensureBrowserSecret } from './browser-secret.ts';
import { arrivalPurpose } from './landing.ts';
import { type TryRoom, tryPath } from './try-room.ts';

/** Bytes: the largest answer of an upstream, percent-encoded once more. */
const largestCarried = 1024 * 1024;
/** Seconds until the page asks whether there are findings. */
const askAgain = 1;

export function tryRoutes(room: TryRoom): Router {
  const router = new Router({ prefix: room.issuer.base });
  router.get('/try/:id', (ctx) => look(room, ctx, ctx.params.id ?? ''));
  router.post('/try/:id', (ctx) => begin(room, ctx, ctx.params.id ?? ''));
  router.post('/try/:id/arrival', (ctx) => arrive(room, ctx, ctx.params.id ?? ''));
  return router;
}

async function look(room: TryRoom, ctx: Context, id: string): Promise<void> {
  const { offer, begun, arrival, findings } = await openTry(room, ctx, id);
  isolateWindow(ctx);
  if (findings !== undefined) {
    // It is shown once: the terminal keeps it.
    await room.tries.close(id);
    return show(ctx, 200, tryFindingsPage(room.site, findings));
  }
  if (begun === 'here' && arrival !== undefined) {
    ctx.set('Refresh', String(askAgain));
    return show(ctx, 200, tryWaitPage(room.site));
  }
  const browser = ensureBrowserSecret(ctx, room);
  const csrf = room.formTokens.issue(beginningOf(id, browser));
  show(ctx, 200, tryBeginPage(room.site, { ...offer, action: tryPath(room.issuer, id), csrf }));
}

async function begin(room: TryRoom, ctx: Context, id: string): Promise<void> {
  const { offer } = await openTry(room, ctx, id);
  const browser = browserSecret(ctx, room) ?? '';
  room.formTokens.check(ctx, beginningOf(id, browser), await readForm(ctx));
  if (browser === '' || !(await room.tries.begin(id, browser))) throw await whyNot(room, ctx, id);
  depart(ctx, room.site, offer);
}

async function arrive(room: TryRoom, ctx: Context, id: string): Promise<void> {
  const { offer, begun } = await openTry(room, ctx, id);
  if (begun !== 'here') throw otherBrowser();
  const form = await readForm(ctx, largestCarried);
  room.formTokens.check(ctx, arrivalPurpose(id), form);
  const arrival = carried(form);
  // Attack: a page of somebody else's slips the answer of another sign-in into this try.
  if (field(arrival.params, offer.tokenParam) !== offer.token) throw isOver();
  await room.tries.arrive(id, browserSecret(ctx, room) ?? '', arrival);
  goTo(ctx, tryPath(room.issuer, id));
}

function carried(form: URLSearchParams): Arrival {
  const method = field(form, 'method') === 'POST' ? 'POST' : 'GET';
  return { method, params: new URLSearchParams(field(form, 'params')), headers: {} };
}

/** @throws BrokerError `other_browser`, or `sign_in_expired` where there is no such try any more */
async function openTry(room: TryRoom, ctx: Context, id: string): Promise<OpenTry> {
  const found = await room.tries.find(id, browserSecret(ctx, room));
  if (found === null) throw isOver();
  if (found.begun === 'elsewhere') throw otherBrowser();
  return found;
}

async function whyNot(room: TryRoom, ctx: Context, id: string): Promise<BrokerError> {
  await openTry(room, ctx, id);
  return isOver();
}

/** A token for one browser: whoever fetches the page elsewhere has none that is good here. */
function beginningOf(id: string, browser: string): string {
  return `try ${id} ${browser}`;
}

function isOver(): BrokerError {
  const personMessage =
    'This try is over, or there was none. What it found stands in the terminal; the command there begins another.';
  return new BrokerError('sign_in_expired', { reason: 'no open try has this address', personMessage });
}

function otherBrowser(): BrokerError {
  const personMessage = 'This try was begun in another browser. The command in the terminal begins another.';
  return new BrokerError('other_browser', { reason: 'a try belongs to another browser', personMessage });
}
