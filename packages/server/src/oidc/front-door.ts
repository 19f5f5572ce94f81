/**
 * What happens to a request before the library sees it: limits, methods, and the addresses of Dex.
 *
 * Each step may answer, change the address, or let pass.
 */
import { BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';
import { readForm } from '../http/form.ts';
import { apiPaths, routes } from './routes.ts';

/** Characters of one parameter, and bytes of a posted authorization request. */
const longestParameter = 8 * 1024;
const longestForm = 12 * 1024;

/** Carried through the browser, by redirects too. */
const browserPaths: ReadonlySet<string> = new Set([routes.authorization, routes.end_session]);

/** @returns whether the request was answered here */
export async function frontDoor(ctx: Context, base: string): Promise<boolean> {
  const path = ctx.path;
  if (apiPaths.has(path)) return refuseMethod(ctx, path === routes.userinfo ? ['GET', 'POST'] : ['POST']);
  if (ctx.method === 'POST' && browserPaths.has(path)) return toGet(ctx, base);
  if (path.startsWith(routes.authorization) || path.startsWith(routes.end_session)) checkParameters(ctx);
  chooseConnector(ctx);
  return false;
}

function refuseMethod(ctx: Context, allowed: readonly string[]): boolean {
  if (allowed.includes(ctx.method) || ctx.method === 'OPTIONS') return false;
  ctx.status = 405;
  ctx.set('Allow', [...allowed, 'OPTIONS'].join(', '));
  ctx.body = { error: 'invalid_request', error_description: 'method not allowed' };
  return true;
}

/**
 * OpenID Connect asks for POST too. A form posted from another site comes without our cookie (`SameSite=Lax`); the
 * GET it is turned into has it.
 */
async function toGet(ctx: Context, base: string): Promise<boolean> {
  const form = await readForm(ctx, longestForm);
  ctx.status = 303;
  ctx.redirect(`${base}${ctx.path}?${form}`);
  return true;
}

/**
 * Attack: a parameter that the database cannot store (NUL) or that fills it. All of them are kept until the person
 * has signed in.
 */
function checkParameters(ctx: Context): void {
  for (const value of Object.values(ctx.query).flat()) {
    if (value === undefined) continue;
    if (value.length > longestParameter)
      throw new BrokerError('bad_request', { reason: 'a parameter is too long' });
    if (value.includes('\0') || !value.isWellFormed()) {
      throw new BrokerError('bad_request', { reason: 'a parameter has characters that are no text' });
    }
  }
}

/** `/auth/<connector>?client_id=…` is Dex's way to say `connector_id`; our own `/auth/<uid>` has no parameters. */
function chooseConnector(ctx: Context): void {
  const id = ctx.path.match(/^\/auth\/([^/]+)$/)?.[1];
  if (id === undefined || ctx.query.client_id === undefined) return;
  ctx.query = { ...ctx.query, connector_id: decode(id) };
  ctx.path = routes.authorization;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
