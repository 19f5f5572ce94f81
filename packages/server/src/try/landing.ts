/**
 * The upstream's answer to a try, at the callback that sign-ins have too.
 *
 * Nothing is kept of it here: no cookie has come along (a cross-site POST brings none), so nobody knows yet whose it is.
 * The browser carries it on to the try's own address, in a form, with its cookie.
 */
import type { Arrival } from '@gatehouse/connector-kit';
import type { TryOffer } from '@gatehouse/core';
import type { Context } from 'koa';
import { field } from '../http/form.ts';
import { allowScript } from '../http/security-headers.ts';
import { show } from '../http/show.ts';
import { departurePage, departureScriptHash } from '../pages/departure.ts';
import { type TryRoom, tryPath } from './try-room.ts';

/** The connector that is tried need not be one that this server has: it may stand in a file that is not in use yet. */
const usualTokenParams = ['state', 'RelayState'];

/** @returns false when it is the answer to no try */
export async function landTry(
  room: TryRoom,
  ctx: Context,
  arrival: Arrival,
  { connectorId, tokenParams }: { connectorId: string | undefined; tokenParams: readonly string[] },
): Promise<boolean> {
  const names = [...new Set([...usualTokenParams, ...tokenParams])];
  for (const name of names) {
    const token = field(arrival.params, name);
    const offer = token === '' ? null : await room.tries.findByToken(token);
    if (offer === null || offer.tokenParam !== name) continue;
    if (connectorId !== undefined && offer.connectorId !== connectorId) continue;
    carryOn(room, ctx, offer, arrival);
    return true;
  }
  return false;
}

function carryOn({ site, issuer, formTokens }: TryRoom, ctx: Context, offer: TryOffer, arrival: Arrival) {
  const { method, params } = arrival;
  allowScript(ctx, departureScriptHash);
  const page = departurePage(site, {
    connectorName: 'the result',
    address: tryPath(issuer, offer.id, 'arrival'),
    fields: { csrf: formTokens.issue(arrivalPurpose(offer.id)), method, params: params.toString() },
  });
  show(ctx, 200, page);
}

/** What the form token of the carried answer is bound to. */
export function arrivalPurpose(id: string): string {
  return `try arrival ${id}`;
}
