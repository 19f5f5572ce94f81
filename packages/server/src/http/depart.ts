/** Sends the browser to the upstream. */
import type { Departure } from '@gatehouse/connector-kit';
import { BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';
import { departurePage, departureScriptHash } from '../pages/departure.ts';
import type { Site } from '../pages/site.ts';
import { allowScript } from './security-headers.ts';
import { goTo, show } from './show.ts';

export interface Destination {
  readonly connectorId: string;
  readonly connectorName: string;
  readonly departure: Departure;
}

/** @throws BrokerError `misconfigured` for an address that is not on the web */
export function depart(
  ctx: Context,
  site: Site,
  { connectorId, connectorName, departure }: Destination,
): void {
  const { protocol, href } = departure.url;
  if (protocol !== 'https:' && protocol !== 'http:') {
    const reason = `the connector wants to send the browser to ${protocol}`;
    throw new BrokerError('misconfigured', { reason, connectorId });
  }
  if (departure.method === 'GET') {
    goTo(ctx, href);
    return;
  }
  allowScript(ctx, departureScriptHash);
  show(ctx, 200, departurePage(site, { connectorName, address: href, fields: departure.fields }));
}
