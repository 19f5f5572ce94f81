/**
 * The server of `gatehouse connector try` where no other has the issuer's address: the pages of the try, its callback,
 * and what the connector itself serves (the mock upstream's page, SAML metadata). Nobody can sign in here.
 */
import { randomBytes } from 'node:crypto';
import type { Config } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import { BrokerError, type Tries } from '@gatehouse/core';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { connectorRoutes } from '../connectors/endpoints.ts';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { requirePlainTarget } from '../http/below-base.ts';
import { errorSurface, notFound } from '../http/error-surface.ts';
import { establishFacts } from '../http/establish-facts.ts';
import { readIssuer } from '../http/issuer.ts';
import { requireIssuerHost } from '../http/require-issuer-host.ts';
import { requireOneHost } from '../http/require-one-host.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { trustedProxies } from '../http/trusted-proxies.ts';
import { FormTokens } from '../login/form-tokens.ts';
import { largestAnswer, readArrival } from '../login/read-arrival.ts';
import { openAssets } from '../pages/assets.ts';
import { landTry } from './landing.ts';
import { tryRoutes } from './routes.ts';
import type { TryRoom } from './try-room.ts';

export interface TryAppOptions {
  readonly config: Pick<Config, 'issuer' | 'branding' | 'connectors' | 'trustedProxies'>;
  readonly connector: OpenConnector;
  readonly tries: Tries;
  readonly log: Log;
}

/** @throws Error that names the option: a branding file that cannot be read */
export async function openTryApp({ config, connector, tries, log }: TryAppOptions): Promise<Koa> {
  const issuer = readIssuer(config.issuer);
  const { site, routes } = await openAssets(config, issuer.base);
  const room = { issuer, site, tries, formTokens: new FormTokens([randomBytes(32)], issuer) };
  // The forwarding headers are believed here since `establishFacts` has written them.
  const app = new Koa({ proxy: true });
  app.on('error', (error: unknown) => log.error({ error }, 'answer not sent'));
  app.use(establishFacts(issuer, trustedProxies(config.trustedProxies), log));
  app.use(securityHeaders(issuer));
  app.use(errorSurface(site));
  app.use(requirePlainTarget);
  app.use(requireOneHost);
  app.use(routes.routes());
  app.use(requireIssuerHost(issuer));
  app.use(connectorRoutes(new Map([[connector.entry.id, connector]]), issuer).routes());
  app.use(tryRoutes(room).routes());
  app.use(callbackRoutes(room, connector).routes());
  app.use(notFound);
  return app;
}

function callbackRoutes(room: TryRoom, { connector: { login } }: OpenConnector): Router {
  const router = new Router({ prefix: room.issuer.base });
  const tokenParams = login.kind === 'redirect' ? [login.tokenParam] : [];
  const land = async (ctx: Context, connectorId: string | undefined) => {
    const arrival = await readArrival(ctx, largestAnswer);
    if (await landTry(room, ctx, arrival, { connectorId, tokenParams })) return;
    throw new BrokerError('sign_in_expired', { reason: 'no open try has this token' });
  };
  for (const path of ['/callback', '/callback/:connector']) {
    router.get(path, (ctx) => land(ctx, ctx.params.connector));
    router.post(path, (ctx) => land(ctx, ctx.params.connector));
  }
  return router;
}
