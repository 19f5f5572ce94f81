/**
 * `Authorization: Basic <client id>:` with nothing after the colon.
 *
 * Go's OAuth library (kubelogin, Argo CD) asks so first on behalf of a public client, whose secret is empty, and only
 * then as RFC 6749, section 3.2.1 has it. Understanding it makes one request of two for every refresh of `kubectl`.
 */
import type { Client } from '@gatehouse/core';
import type { Context } from 'koa';
import { errors } from 'oidc-provider';

const routes: ReadonlySet<string> = new Set(['token', 'revocation']);

interface ClientParams {
  client_id?: unknown;
}

/** Turns the header of a public client into the parameter `client_id`; any other is left for the library to judge. */
export function nameBareClient(
  ctx: Context,
  route: string,
  params: ClientParams,
  clients: ReadonlyMap<string, Client>,
): void {
  const id = routes.has(route) ? bareClientId(ctx.get('Authorization')) : undefined;
  if (id === undefined || clients.get(id)?.public !== true) return;
  if (params.client_id !== undefined && params.client_id !== id) {
    throw new errors.InvalidRequest('client_id mismatch');
  }
  delete ctx.req.headers.authorization;
  params.client_id = id;
}

function bareClientId(header: string): string | undefined {
  const credentials = header.match(/^basic ([A-Za-z0-9+/]+={0,2})$/i)?.[1];
  const id = Buffer.from(credentials ?? '', 'base64')
    .toString('utf8')
    .match(/^([^:]+):$/)?.[1];
  return id === undefined ? undefined : formDecoded(id);
}

/** RFC 6749, section 2.3.1: both halves are form-encoded. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', '%20'));
  } catch {
    return text;
  }
}
