/** Serves what never needs the database: it stands before the unit of work. */
import type { SigningKey } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';
import type { Issuer } from '../http/issuer.ts';
import { discoveryDocument, documentMaxAge, keySet } from './discovery.ts';
import { discoveryPaths, routes } from './routes.ts';

export interface Documents {
  readonly issuer: Issuer;
  readonly keys: () => readonly SigningKey[];
  readonly now: () => Date;
}

export function documents({ issuer, keys, now }: Documents): Middleware {
  const discovery = discoveryDocument(issuer.issuer.replace(/\/$/, ''), issuer.issuer);
  const bodies = new Map<string, () => string>([
    [`${issuer.base}${routes.jwks}`, () => keySet(keys(), now())],
    ...discoveryPaths.map((path) => [`${issuer.base}${path}`, () => discovery] as const),
  ]);
  return async (ctx, next) => {
    const body = bodies.get(ctx.path);
    if (body === undefined) return next();
    answer(ctx, body);
  };
}

/** Open to every origin: there is nothing in it that is not public. */
function answer(ctx: Context, body: () => string): void {
  ctx.set('Access-Control-Allow-Origin', '*');
  if (ctx.method === 'OPTIONS') preflight(ctx);
  else if (ctx.method === 'GET' || ctx.method === 'HEAD') show(ctx, body());
  else notAllowed(ctx);
}

function show(ctx: Context, body: string): void {
  ctx.set('Cache-Control', `public, max-age=${documentMaxAge}`);
  ctx.type = 'application/json; charset=utf-8';
  ctx.body = body;
}

function preflight(ctx: Context): void {
  ctx.set('Access-Control-Allow-Methods', 'GET, HEAD');
  ctx.set('Access-Control-Max-Age', '3600');
  ctx.status = 204;
}

function notAllowed(ctx: Context): void {
  ctx.set('Allow', 'GET, HEAD, OPTIONS');
  ctx.status = 405;
  ctx.body = { error: 'invalid_request', error_description: 'method not allowed' };
}
