/** What connectors serve by themselves: `/connectors/<id>/<name>` and `/connectors/<id>/metadata`. */

import type { Arrival, Reply } from '@gatehouse/connector-kit';
import { BrokerError } from '@gatehouse/core';
import Router from '@koa/router';
import type { Context } from 'koa';
import { readBody } from '../http/form.ts';
import type { Issuer } from '../http/issuer.ts';
import { goTo } from '../http/show.ts';
import { callConnector } from './call-connector.ts';
import { callbackUrl, signedOutUrl } from './callback-url.ts';
import type { Connectors, OpenConnector } from './open-connector.ts';

/** Bytes. A logout request or a webhook; nobody uploads here. */
const bodyLimit = 256 * 1024;

export function connectorRoutes(connectors: Connectors, issuer: Issuer): Router {
  const router = new Router({ prefix: issuer.base });
  router.get('/connectors/:id/metadata', (ctx) =>
    serveMetadata(ctx, find(connectors, ctx.params.id), issuer),
  );
  router.get('/connectors/:id/:name', (ctx) =>
    serveEndpoint(ctx, find(connectors, ctx.params.id), ctx.params.name ?? '', issuer),
  );
  router.post('/connectors/:id/:name', (ctx) =>
    serveEndpoint(ctx, find(connectors, ctx.params.id), ctx.params.name ?? '', issuer),
  );
  return router;
}

function serveMetadata(ctx: Context, open: OpenConnector, issuer: Issuer): void {
  const document = open.connector.metadata?.(callbackUrl(issuer, open.entry.id));
  if (document === undefined) throw new BrokerError('not_found');
  ctx.type = document.contentType;
  ctx.body = document.body;
}

async function serveEndpoint(
  ctx: Context,
  { connector, entry }: OpenConnector,
  name: string,
  issuer: Issuer,
): Promise<void> {
  const endpoints = connector.endpoints ?? {};
  // `hasOwn`: a name like `constructor` is no endpoint.
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (endpoint === undefined) throw new BrokerError('not_found');
  const arrival = await arrivalOf(ctx);
  const reply = await callConnector(ctx, entry.id, (call) => endpoint(arrival, call));
  if (reply.signedOut === undefined) return send(ctx, reply);
  // A cross-site POST (SAML) brings no cookie that would say where to go; the address it is sent on to gets it.
  const back = signedOutUrl(issuer, entry.id);
  back.searchParams.set('state', reply.signedOut.token);
  if (!reply.signedOut.complete) back.searchParams.set('incomplete', 'true');
  goTo(ctx, back.href);
}

/** Signatures of webhooks are in headers, over the raw body; cookies are ours and stay here. */
async function arrivalOf(ctx: Context): Promise<Arrival> {
  const query = new URLSearchParams(ctx.querystring);
  const headers = headersFor(ctx);
  if (ctx.method !== 'POST') return { method: 'GET', params: query, headers, query: ctx.querystring };
  const body = await readBody(ctx, bodyLimit);
  const isForm = ctx.is('application/x-www-form-urlencoded') !== false;
  return {
    method: 'POST',
    params: isForm ? new URLSearchParams(body.toString('utf8')) : query,
    headers,
    body,
  };
}

function headersFor(ctx: Context): Readonly<Record<string, string>> {
  const entries = Object.entries(ctx.req.headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== 'cookie',
  );
  return Object.fromEntries(entries);
}

/** The connector says what, but cannot set our cookies. */
function send(ctx: Context, reply: Reply): void {
  ctx.status = reply.status;
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    if (!/^set-cookie$/i.test(name)) ctx.set(name, value);
  }
  ctx.body = reply.body ?? '';
}

function find(connectors: Connectors, id: string | undefined): OpenConnector {
  const open = id === undefined ? undefined : connectors.get(id);
  if (open === undefined) throw new BrokerError('not_found');
  return open;
}
