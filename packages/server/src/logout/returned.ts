/** The browser is back from the upstream, which has signed the person out as well, or says that it has not. */

import { BrokerError } from '@gatehouse/core';
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Connectors } from '../connectors/open-connector.ts';
import { field } from '../http/form.ts';
import { goTo, show } from '../http/show.ts';
import { leftBehindPage } from '../pages/left-behind.ts';
import { takeOnward } from './onward.ts';
import type { SignOutRoom } from './sign-out-upstream.ts';

type ReturnRoom = Pick<SignOutRoom, 'issuer' | 'site' | 'connectors'>;

/** OpenID Connect RP-Initiated Logout 1.0, section 3: `state` comes back. Reads no database. */
export function returnRoutes(room: ReturnRoom): Router {
  const router = new Router({ prefix: room.issuer.base });
  router.get('/callback/:connector/signed-out', (ctx) => {
    comeBack(room, ctx, nameOf(room.connectors, ctx.params.connector));
  });
  return router;
}

function comeBack({ issuer, site }: ReturnRoom, ctx: Context, connectorName: string): void {
  const query = new URLSearchParams(ctx.querystring);
  const onward = takeOnward(ctx, issuer, field(query, 'state')) ?? `${issuer.base}/logout/success`;
  if (query.has('incomplete')) show(ctx, 200, leftBehindPage(site, { connectorName, onward }));
  else goTo(ctx, onward);
}

/** @throws BrokerError `not_found` */
function nameOf(connectors: Connectors, id: string | undefined): string {
  const open = id === undefined ? undefined : connectors.get(id);
  if (open === undefined) throw new BrokerError('not_found');
  return open.entry.name;
}
