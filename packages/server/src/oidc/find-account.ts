/**
 * Who a subject is, for the library.
 *
 * It owns the moment at which an upstream is asked again: when a token is refreshed, and only then. A code exchange
 * never asks, the person has just come from there; `/userinfo` and `/auth` take what is stored.
 */
import {
  admit,
  admitToAll,
  audienceClients,
  BrokerError,
  type Checked,
  type ClaimsRequest,
  type Client,
  claimsFor,
  type RuledEntry,
  type StoredIdentity,
} from '@gatehouse/core';
import type { Account, FindAccount, KoaContextWithOIDC, RefreshToken } from 'oidc-provider';
import { factsOf } from '../http/facts.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import { reading } from './adapter.ts';
import { paramsOf } from './authorization-request.ts';
import { Suspended, Unavailable } from './errors.ts';

export interface AccountOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly entries: ReadonlyMap<string, RuledEntry>;
  /** Asks the upstream if the identity is older than `tokens.upstreamCheck`. */
  readonly checkIdentity: (stored: StoredIdentity, signal: AbortSignal) => Promise<Checked>;
}

export interface BrokerAccount extends Account {
  readonly connectorId: string;
}

/**
 * Undefined for somebody who is unknown, gone, or not let in (any more): that is `invalid_grant` for a token, and at
 * `/auth` the person signs in again. Somebody who is suspended may find their refresh token as it was: that is an error
 * which does not make the client throw it away.
 */
export function findAccount(options: AccountOptions): FindAccount {
  return async (ctx, subject, token) => {
    const stored = await reading(() => currentUnit().identities.find(subject));
    if (stored === null) return undefined;
    const known = isRefresh(ctx, token) ? await ask(ctx, stored, options) : stored;
    const entry = options.entries.get(stored.connectorId);
    const client = options.clients.get(token?.clientId ?? ctx.oidc.client?.clientId ?? '');
    if (known === undefined || known.gone !== undefined || !entry || !client) return undefined;
    const forScopes = (scopes: string) => {
      const words = scopes.split(' ');
      const clients = audienceClients(words, client, (id) => options.clients.get(id));
      return { stored: known, entry, clients, scopes: words };
    };
    // `scope` of the request where there is no token yet.
    const scopes = (token as { scope?: string } | undefined)?.scope ?? paramsOf(ctx).scope ?? '';
    return isAdmitted(ctx, forScopes(scopes)) ? accountOf(known, forScopes) : undefined;
  };
}

/** A re-used token is about to end its session: nobody is asked on its behalf. */
function isRefresh(ctx: KoaContextWithOIDC, token: { kind: string } | undefined): boolean {
  return ctx.oidc.route === 'token' && token?.kind === 'RefreshToken' && !(token as RefreshToken).consumed;
}

/** Nobody waits for the answer any more. */
function hungUp({ res }: KoaContextWithOIDC): AbortSignal {
  const controller = new AbortController();
  res.once('close', () => controller.abort());
  return controller.signal;
}

async function ask(
  ctx: KoaContextWithOIDC,
  stored: StoredIdentity,
  { checkIdentity }: AccountOptions,
): Promise<StoredIdentity | undefined> {
  const checked = await reading(() => checkIdentity(stored, hungUp(ctx)));
  if (checked.status === 'gone') {
    const { subject, connectorId } = stored;
    factsOf(ctx).log.info({ subject, connector: connectorId, reason: checked.reason }, 'the person is gone');
    return undefined;
  }
  if (checked.status === 'suspended') {
    const { subject, connectorId } = stored;
    const { reason, retryAfter } = checked;
    factsOf(ctx).log.info({ subject, connector: connectorId, reason }, 'the person is suspended');
    throw new Suspended(reason, retryAfter);
  }
  if (checked.status === 'unavailable') {
    throw new Unavailable(new Error('the upstream cannot be asked'), checked.retryAfter);
  }
  return checked.stored;
}

/** The rules are asked again each time: one that was changed acts at once. */
function isAdmitted(ctx: KoaContextWithOIDC, { stored, entry, clients }: ClaimsRequest): boolean {
  const { connectorId, identity, subject } = stored;
  try {
    admitToAll(clients, admit({ connectorId, rules: entry.rules, identity }), connectorId);
    return true;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const fields = { subject, connector: connectorId, client: clients[0]?.id, reason: error.message };
    factsOf(ctx).log.info(fields, 'not let in any more');
    return false;
  }
}

function accountOf(
  { subject, connectorId }: StoredIdentity,
  forScopes: (scopes: string) => ClaimsRequest,
): BrokerAccount {
  return {
    accountId: subject,
    connectorId,
    claims: async (_use, scope) => ({ ...claimsFor(forScopes(scope)) }),
  };
}
