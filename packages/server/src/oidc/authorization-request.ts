/** What is demanded of an authorization request beyond the library's own checks. */
import { allowsConnector, type Client } from '@gatehouse/core';
import type { Context } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { scopesFor } from './scopes.ts';

type Params = Record<string, string | undefined>;

export interface RequestRules {
  readonly clients: ReadonlyMap<string, Client>;
  readonly connectorIds: ReadonlySet<string>;
}

/** First of all, so that a wrong scope is called that and not something that follows from it. */
export function checkScope(
  ctx: Context,
  client: Client | undefined,
  clients: ReadonlyMap<string, Client>,
): void {
  const { scope } = ctx.query;
  // One that is given twice is refused by the library.
  if (client !== undefined && !Array.isArray(scope)) scopesFor(scope ?? '', client, clients);
}

/** Last of all: each may change parameters, which is how `offline_access` is put back. */
export function extraParams(rules: RequestRules) {
  return {
    scope: (ctx: KoaContextWithOIDC) => {
      const client = clientOf(ctx, rules);
      paramsOf(ctx).scope = scopesFor(String(ctx.query.scope ?? ''), client, rules.clients).join(' ');
    },
    connector_id: (ctx: KoaContextWithOIDC, connectorId?: string) => {
      if (connectorId !== undefined) checkConnector(connectorId, clientOf(ctx, rules), rules);
    },
  };
}

export function paramsOf(ctx: KoaContextWithOIDC): Params {
  return (ctx.oidc.params ?? {}) as Params;
}

function clientOf(ctx: KoaContextWithOIDC, { clients }: RequestRules): Client {
  const client = clients.get(ctx.oidc.client?.clientId ?? '');
  if (client === undefined) throw new errors.InvalidClient('client is invalid', 'client not found');
  return client;
}

function checkConnector(connectorId: string, client: Client, { connectorIds }: RequestRules): void {
  if (!connectorIds.has(connectorId) || !allowsConnector(client, connectorId)) {
    throw new errors.InvalidRequest('connector_id is not a connector of this client');
  }
}
