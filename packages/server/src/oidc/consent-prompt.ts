/** When the person is asked what a client may have, and where the answer is remembered. */
import type { Client } from '@gatehouse/core';
import { type Grant, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

const { Check, Prompt } = interactionPolicy;

/** The scopes of the request that nobody has agreed to yet. */
export interface ConsentDetails {
  readonly missing?: readonly string[];
}

export function consentPrompt(clients: ReadonlyMap<string, Client>): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'consent', requestable: true },
    new Check(
      'scopes_missing',
      'requested scopes not granted',
      (ctx) => !isTrusted(ctx, clients) && missingScopes(ctx).length > 0,
      (ctx) => ({ missing: missingScopes(ctx) }) satisfies ConsentDetails,
    ),
  );
}

/**
 * The browser session remembers consent by the grant that was agreed to. A trusted client has everything it may ask
 * for, in a grant that is not stored: each code makes its own.
 */
export function loadGrant(clients: ReadonlyMap<string, Client>) {
  return async (ctx: KoaContextWithOIDC): Promise<Grant | undefined> => {
    const { client, session, result, provider } = ctx.oidc;
    if (client === undefined || session === undefined) return undefined;
    if (isTrusted(ctx, clients)) {
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope(ctx.oidc.requestParamScopes);
      return grant;
    }
    const id = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const grant = id === undefined ? undefined : await provider.Grant.find<Grant>(id);
    return belongsHere(grant, ctx) ? grant : undefined;
  };
}

/** The session may have passed to another person since; the library would answer 500. */
function belongsHere(grant: Grant | undefined, { oidc: { session, client } }: KoaContextWithOIDC): boolean {
  return grant?.accountId === session?.accountId && grant?.clientId === client?.clientId;
}

function isTrusted({ oidc: { client } }: KoaContextWithOIDC, clients: ReadonlyMap<string, Client>): boolean {
  return clients.get(client?.clientId ?? '')?.trusted === true;
}

function missingScopes({ oidc: { requestParamScopes, grant } }: KoaContextWithOIDC): readonly string[] {
  const granted = new Set(grant?.getOIDCScope().split(' '));
  return [...requestParamScopes].filter((scope) => !granted.has(scope));
}
