/** Who a subject is, for the library: known, not gone, let in by the rules of today, with these claims. */
import {
  admit,
  admitToAll,
  audienceClients,
  BrokerError,
  type ClaimsRequest,
  claimsFor,
  type RuledEntry,
  type StoredIdentity,
} from '@gatehouse/core';
import type { Account, FindAccount, KoaContextWithOIDC } from 'oidc-provider';
import { factsOf } from '../http/facts.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import { reading } from './adapter.ts';
import { type Asking, askAgain } from './ask-again.ts';
import { paramsOf } from './authorization-request.ts';

export interface AccountOptions extends Asking {
  readonly entries: ReadonlyMap<string, RuledEntry>;
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
    const known = await askAgain(ctx, stored, token, options);
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
