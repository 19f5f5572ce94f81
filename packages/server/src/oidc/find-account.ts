/**
 * Who a subject is, for the library.
 *
 * It owns the moment at which an upstream is asked again: when a token is refreshed, and only then. A code exchange
 * never asks, the person has just come from there; `/userinfo` and `/auth` take what is stored.
 */
import type { Log } from '@gatehouse/connector-kit';
import {
  admit,
  admitToClient,
  BrokerError,
  type Checked,
  type Claims,
  type Client,
  claimsFor,
  type RuledEntry,
  type StoredIdentity,
} from '@gatehouse/core';
import {
  type Account,
  errors,
  type FindAccount,
  type KoaContextWithOIDC,
  type RefreshToken,
} from 'oidc-provider';
import { currentUnit } from '../http/unit-of-work.ts';
import { reading } from './adapter.ts';
import { Unavailable } from './errors.ts';

export interface AccountOptions {
  readonly clients: ReadonlyMap<string, Client>;
  readonly entries: ReadonlyMap<string, RuledEntry>;
  /** Asks the upstream if the identity is older than `tokens.upstreamCheck`. */
  readonly checkIdentity: (stored: StoredIdentity, signal: AbortSignal) => Promise<Checked>;
  readonly log: Log;
}

export interface BrokerAccount extends Account {
  readonly connectorId: string;
}

/**
 * Undefined for somebody who is unknown, gone, or not let in (any more): that is `invalid_grant` for a token, and at
 * `/auth` the person signs in again.
 */
export function findAccount(options: AccountOptions): FindAccount {
  return async (ctx, subject, token) => {
    const stored = await reading(() => currentUnit().identities.find(subject));
    if (stored === null) return undefined;
    const known = isRefresh(ctx, token) ? await ask(stored, hungUp(ctx), options) : stored;
    const client = options.clients.get(token?.clientId ?? ctx.oidc.client?.clientId ?? '');
    if (known === undefined || known.gone !== undefined || client === undefined) return undefined;
    return accountOf(known, client, options);
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
  stored: StoredIdentity,
  signal: AbortSignal,
  { checkIdentity, log }: AccountOptions,
): Promise<StoredIdentity | undefined> {
  const checked = await reading(() => checkIdentity(stored, signal));
  if (checked.status === 'gone') {
    log.info(
      { subject: stored.subject, connectorId: stored.connectorId },
      'refresh refused: the person is gone',
    );
    return undefined;
  }
  if (checked.status === 'unavailable') {
    throw new Unavailable(new Error('the upstream cannot be asked'), checked.retryAfter);
  }
  return checked.stored;
}

function accountOf(
  stored: StoredIdentity,
  client: Client,
  options: AccountOptions,
): BrokerAccount | undefined {
  const entry = options.entries.get(stored.connectorId);
  if (entry === undefined || !isAdmitted(stored, entry, client, options.log)) return undefined;
  return {
    accountId: stored.subject,
    connectorId: stored.connectorId,
    claims: async (_use, scope) => ({ ...claims(stored, entry, client, scope) }),
  };
}

function isAdmitted(
  { connectorId, identity, subject }: StoredIdentity,
  entry: RuledEntry,
  client: Client,
  log: Log,
) {
  try {
    admitToClient(client, admit({ connectorId, rules: entry.rules, identity }), connectorId);
    return true;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    log.info({ subject, connectorId, clientId: client.id, reason: error.message }, 'not let in any more');
    return false;
  }
}

function claims(stored: StoredIdentity, entry: RuledEntry, client: Client, scope: string): Claims {
  try {
    return claimsFor({ stored, entry, client, scopes: scope.split(' ') });
  } catch (error) {
    if (error instanceof BrokerError) throw new errors.InvalidGrant({ cause: error });
    throw error;
  }
}
