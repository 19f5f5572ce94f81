/** From an account to an identity. */
import type { Identity } from '@gatehouse/connector-kit';
import type { LocalAccount } from './directory.ts';

/** Nothing but the id is needed to ask again. */
export type LocalState = null;

export function identityOf(account: LocalAccount): Identity<LocalState> {
  return {
    upstreamId: account.id,
    username: account.email,
    ...(account.name !== undefined && { displayName: account.name }),
    email: { address: account.email, verified: true },
    groups: account.groups,
    state: null,
  };
}
