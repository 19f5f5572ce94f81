/** The one place that turns an error into an answer, and into a line of the log. */
import type { OutgoingHttpHeaders } from 'node:http';
import { BrokerError, LostRace, StoreUnavailable } from '@gatehouse/core';
import type { Context, Middleware } from 'koa';
import { errorPage } from '../pages/error.ts';
import type { Site } from '../pages/site.ts';
import { pathBelow } from './below-base.ts';
import { factsOf } from './facts.ts';
import { show } from './show.ts';
import { storageUnavailable } from './storage-unavailable.ts';
import { waysOutOf } from './ways-out.ts';

export function errorSurface(site: Site): Middleware {
  return async (ctx, next) => {
    const before = ctx.res.getHeaders();
    try {
      await next();
    } catch (error) {
      const broker = cutOff(ctx) ?? toBrokerError(error);
      if (ctx.headerSent || !ctx.writable) return logError(ctx, broker);
      resetHeaders(ctx, before);
      answerError(ctx, broker, site);
    }
  };
}

/** The last of all: nobody knew the address. */
export function notFound(): never {
  throw new BrokerError('not_found');
}

/** What was thrown, in the words of the error table. */
export function toBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  if (error instanceof StoreUnavailable) return storageUnavailable(error);
  if (error instanceof LostRace && error.thing === 'login') {
    return new BrokerError('sign_in_expired', { reason: 'this login was used already', cause: error });
  }
  if (isClientFault(error)) return new BrokerError('bad_request', { cause: error });
  return new BrokerError('internal', { reason: 'unexpected error', cause: error });
}

/** Koa and the router throw these for a malformed address or a body that breaks off. */
function isClientFault(error: unknown): boolean {
  if (error instanceof URIError) return true;
  if (!(error instanceof Error)) return false;
  const status = 'status' in error ? error.status : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}

/** The body broke off, so whatever was thrown is about that. */
function cutOff({ req }: Context): BrokerError | null {
  return req.destroyed && !req.complete
    ? new BrokerError('bad_request', { reason: 'the request broke off' })
    : null;
}

function logError(ctx: Context, error: BrokerError): void {
  const { connectorId, code } = error;
  const { client } = waysOutOf(ctx) ?? {};
  const facts = {
    code,
    ...(connectorId !== undefined && { connector: connectorId }),
    ...(client !== undefined && { client }),
    error,
  };
  factsOf(ctx).log[error.entry.level](facts, client === undefined ? 'request refused' : 'sign-in refused');
}

/** The answer and its line in the log. */
export function answerError(ctx: Context, error: BrokerError, site: Site): void {
  logError(ctx, error);
  showError(ctx, error, site);
}

/** The answer alone, for whoever writes that line. */
export function showError(ctx: Context, error: BrokerError, site: Site): void {
  setRetryAfter(ctx, error);
  if (wantsJson(ctx, site.base)) answerJson(ctx, error);
  else {
    const { id } = factsOf(ctx);
    const { code, entry, sentence, personLink: link } = error;
    const { status } = entry;
    const ways = waysOutOf(ctx) ?? {};
    const page = errorPage(site, { code, status, sentence, ...(link && { link }), requestId: id, ways });
    show(ctx, status, page);
  }
}

/** Whole seconds (RFC 9110, section 10.2.3). */
export function setRetryAfter(ctx: Context, { retryAfter }: BrokerError): void {
  if (retryAfter !== undefined) ctx.set('Retry-After', String(Math.max(1, Math.ceil(retryAfter))));
}

/** In the form of RFC 6749, section 5.2, which every OpenID client can read. */
function answerJson(ctx: Context, error: BrokerError): void {
  const { status } = error.entry;
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = {
    error: status === 503 ? 'temporarily_unavailable' : status >= 500 ? 'server_error' : 'invalid_request',
    error_description: error.sentence,
    request_id: factsOf(ctx).id,
  };
}

const endpoints = /^\/(token|userinfo|keys|readyz|healthz|connectors|\.well-known)(\/|$)/;

function wantsJson(ctx: Context, base: string): boolean {
  return endpoints.test(pathBelow(ctx, base) ?? '') || ctx.accepts('html', 'json') === 'json';
}

/** Half an answer was prepared: its cookies and its `Location` must not leave with the error. */
function resetHeaders(ctx: Context, before: OutgoingHttpHeaders): void {
  const keep = pick(ctx.res.getHeaders(), ['connection', 'access-control-allow-origin', 'vary']);
  for (const name of ctx.res.getHeaderNames()) ctx.res.removeHeader(name);
  for (const [name, value] of Object.entries({ ...before, ...keep })) {
    if (value !== undefined) ctx.res.setHeader(name, value);
  }
}

/** Without its CORS header an error cannot be read by the script that caused it. */
function pick(headers: OutgoingHttpHeaders, names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)));
}
