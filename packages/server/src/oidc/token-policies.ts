/** Who may ask about a token, and who may end it. */
import { audienceScope, type Client } from '@gatehouse/core';

interface Asked {
  readonly clientId?: string | undefined;
  readonly scope?: string | undefined;
}

/**
 * RFC 7662, section 2.1. A confidential client may ask about its own tokens, and about those that another client got
 * with it in the audience. Everything else is `active: false`, as if it did not exist.
 */
export function mayIntrospect(clients: ReadonlyMap<string, Client>, clientId: string, token: Asked): boolean {
  if (clients.get(clientId)?.public !== false) return false;
  if (token.clientId === clientId) return true;
  const trusts = clients.get(clientId)?.trustedPeers.includes(token.clientId ?? '') === true;
  return trusts && (token.scope ?? '').split(' ').includes(audienceScope(clientId));
}

/** RFC 7009, section 2.1: its own. The answer is the same for a token of another client as for none. */
export function mayRevoke(clientId: string, token: Asked): boolean {
  return token.clientId === clientId;
}
