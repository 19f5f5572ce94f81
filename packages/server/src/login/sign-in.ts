/** One request in the middle of a sign-in: which one it belongs to, and which connectors may be used for it. */
import { allowsConnector, BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { offerWaysOut, type WaysOut } from '../http/ways-out.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import type { ReturnForm } from '../pages/return-form.ts';
import type { LoginRoom } from './login-room.ts';

/**
 * The sign-in that this browser has in hand, by its cookie.
 *
 * @throws BrokerError `sign_in_expired` when there is none, or the address names another
 */
export async function openSignIn(room: LoginRoom, ctx: Context, uid: string): Promise<PendingSignIn> {
  const pending = await room.oidc.pending(ctx);
  if (pending.uid !== uid) {
    throw new BrokerError('sign_in_expired', { reason: 'the cookie belongs to another sign-in' });
  }
  offerWaysOut(ctx, waysOf(room, pending));
  return pending;
}

/** Those the client may use; if it asked for one, that one. */
export function usableConnectors(room: LoginRoom, pending: PendingSignIn): readonly OpenConnector[] {
  return [...room.connectors.values()].filter(
    ({ entry: { id } }) =>
      allowsConnector(pending.client, id) &&
      (pending.connectorId === undefined || pending.connectorId === id),
  );
}

/** @throws BrokerError `no_connector` */
export function useConnector(
  room: LoginRoom,
  ctx: Context,
  pending: PendingSignIn,
  id: string,
): OpenConnector {
  const open = usableConnectors(room, pending).find(({ entry }) => entry.id === id);
  if (open === undefined) {
    throw new BrokerError('no_connector', { reason: 'the connector is not one this client may use' });
  }
  offerWaysOut(ctx, { ...waysOf(room, pending), again: againAddress(room, pending, open) });
  return open;
}

/** Not where the computer's own ticket would be taken once more: the person wants something else now. */
function againAddress(room: LoginRoom, pending: PendingSignIn, { entry, connector }: OpenConnector): string {
  const { login } = connector;
  const asksForTicket = login.kind === 'password' && login.negotiate !== undefined;
  return addressOf(room, pending, 'with', entry.id, ...(asksForTicket ? ['form'] : []));
}

function waysOf(room: LoginRoom, pending: PendingSignIn): WaysOut {
  return { client: pending.client.id, ...choiceOf(room, pending), back: returnFormOf(room, pending) };
}

/** Where the other ways to sign in are, if there are any. */
export function choiceOf(room: LoginRoom, pending: PendingSignIn): { readonly choice?: string } {
  const several = pending.step === 'login' && usableConnectors(room, pending).length > 1;
  return several ? { choice: addressOf(room, pending, 'with') } : {};
}

export function addressOf(
  room: LoginRoom,
  pending: Pick<PendingSignIn, 'uid'>,
  ...steps: readonly string[]
): string {
  const path = ['login', pending.uid, ...steps].map(encodeURIComponent).join('/');
  return `${room.site.base}/${path}`;
}

export function returnFormOf(room: LoginRoom, pending: PendingSignIn): ReturnForm {
  return {
    action: addressOf(room, pending, 'return'),
    csrf: room.formTokens.issue(pending.uid),
    clientName: pending.client.name,
  };
}
